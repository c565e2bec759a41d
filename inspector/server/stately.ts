/**
 * The way to Stately's inspector, for those who have internet: a page that holds it in a frame, and passes on what programs
 * tell. `@statelyai/inspect` has a server for that too; ours remembers definitions, which that one forgets.
 */

/** Where Stately's inspector is. */
export const STATELY_ORIGIN = 'https://stately.ai';

/** The page with the frame. */
export const STATELY_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>maskbit in Stately's inspector</title>
    <link rel="stylesheet" href="./stately.css" />
    <script type="module" src="./stately.js"></script>
  </head>
  <body>
    <iframe id="inspector" title="Stately's inspector" src="${STATELY_ORIGIN}/inspect"></iframe>
  </body>
</html>
`;

export const STATELY_STYLE = 'html, body, iframe { width: 100%; height: 100%; margin: 0; border: 0; }\n';

/** What is heard before the frame is ready waits for it. */
export const STATELY_SCRIPT = `const frame = document.getElementById('inspector');
const waiting = [];
let isReady = false;
const tell = (message) => frame.contentWindow.postMessage(message, '${STATELY_ORIGIN}');
addEventListener('message', ({ origin, data }) => {
  if (origin !== '${STATELY_ORIGIN}' || data?.type !== '@statelyai.connected') return;
  isReady = true;
  for (const message of waiting.splice(0)) tell(message);
});
const socket = new WebSocket('ws://' + location.host + '/watch');
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(data);
  // What the relay adds is not of Stately's protocol.
  if (message.type.startsWith('@maskbit.')) return;
  if (isReady) tell(message);
  else if (waiting.length < 10_000) waiting.push(message);
});
`;
