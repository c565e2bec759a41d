/**
 * What the page asks its server first: whether there is one behind it.
 */
export interface Session {
  /** Whether other programs can connect here, to be watched. False of a page that was written to files. */
  readonly live: boolean;
  /** Whether what happens on the page is shown to Stately's inspector too. */
  readonly stately: boolean;
  /** Which server it is: one that is started anew numbers its programs anew. */
  readonly id?: string;
  /** The address of a published page, which the links that are copied lead to; without it, they lead to this one. */
  readonly page?: string;
}

/** Where it stands, beside the page. */
export const SESSION_FILE = 'session.json';
