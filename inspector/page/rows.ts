/**
 * Lists of many rows of the same height, of which only those in sight are drawn: the events of a hundred vectors, and their registers.
 * What is above and below is held open. A short list is drawn whole.
 */
import { type RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Lists of no more rows are drawn whole. */
const ROWS_OF_FEW = 12;
/** Rows drawn beyond what is in sight, on either side: what the Tab key goes to next is there. */
const MARGIN = 4;

/** What is drawn of a list. */
export interface RowsInSight<E extends HTMLElement> {
  /** For the element that holds the rows, within what scrolls. Each row in it has the attribute `data-row`. */
  readonly box: RefObject<E | null>;
  readonly first: number;
  /** One past the last row that is drawn. */
  readonly end: number;
  /** The heights of what is left out. */
  readonly above: number;
  readonly below: number;
}

/** Tells which of `count` rows are in sight of what scrolls them, which is the nearest element that matches `frame`. */
export function useRowsInSight<E extends HTMLElement>(count: number, frame: string): RowsInSight<E> {
  const box = useRef<E>(null);
  const [sight, setSight] = useState({ first: 0, end: ROWS_OF_FEW, height: 0 });
  const isShort = count <= ROWS_OF_FEW;
  useLayoutEffect(() => {
    const scroller = box.current?.closest<HTMLElement>(frame);
    if (isShort || scroller === null || scroller === undefined) return;
    const measure = (): void => {
      const element = box.current;
      if (element === null) return;
      const rows = element.querySelectorAll<HTMLElement>('[data-row]');
      if (rows.length < 2) return;
      const [one, other] = [rows[0], rows[rows.length - 1]];
      const height = (other.offsetTop - one.offsetTop) / (rows.length - 1);
      // A list that is hidden has no height, and is measured when it is shown.
      if (!(height > 0)) return;
      const top = scroller.scrollTop - topWithin(element, scroller);
      const inSight = Math.ceil(scroller.clientHeight / height);
      const from = Math.max(0, Math.min(Math.floor(top / height), count - inSight));
      const first = Math.max(0, from - MARGIN);
      const end = Math.min(count, from + inSight + 1 + MARGIN);
      setSight((last) =>
        last.first === first && last.end === end && last.height === height ? last : { first, end, height },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    scroller.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', measure);
    };
  }, [count, isShort, frame]);
  if (isShort) return { box, first: 0, end: count, above: 0, below: 0 };
  const end = Math.min(count, sight.end);
  const first = Math.min(sight.first, end);
  return { box, first, end, above: first * sight.height, below: (count - end) * sight.height };
}

/** How far below the upper end of what `frame` holds an element begins. */
function topWithin(element: HTMLElement, frame: HTMLElement): number {
  let top = 0;
  for (let at: Element | null = element; at instanceof HTMLElement && at !== frame; at = at.offsetParent)
    top += at.offsetTop;
  return top;
}
