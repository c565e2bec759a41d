/**
 * The keys that the help of the page lists, as a reader would write them down.
 */
export const SHORTCUTS_EXPECTED = [
  ...['→', '←', 'Home', 'End', 'Space', 'E', 'S', 'T', 'C', 'M', 'D', '/', '+', '−', '0', 'P', 'Y', 'W', 'B', '?'],
  'Shift arrows',
];
