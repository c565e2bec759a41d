/**
 * Light or dark: as the system says, until the reader says otherwise.
 */
import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'maskbit-theme';

/** What the reader has chosen. */
export const theme = signal<Theme>(THEMES.find((each) => each === remembered()) ?? 'system');

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // A browser may keep nothing for this page; then nothing is remembered.
    return null;
  }
}

/** Has the page look as was chosen. */
export function applyTheme(): void {
  const { documentElement } = document;
  if (theme.value === 'system') delete documentElement.dataset.theme;
  else documentElement.dataset.theme = theme.value;
}

/** Goes on to the next theme. */
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  applyTheme();
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // As above.
  }
}
