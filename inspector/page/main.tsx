/**
 * The entry of the page.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './connection.ts';
import { listenToKeys } from './keys.ts';
import { keepAddress } from './store.ts';
import { applyTheme } from './theme.ts';

applyTheme();
keepAddress();
listenToKeys();
render(<App />, document.getElementById('page')!);
void connect();
