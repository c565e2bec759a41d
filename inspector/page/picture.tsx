/**
 * Pictures of what is shown: the statechart as it stands, and the sequence of the run, as SVG or PNG. A picture brings its styles along, in the
 * colours of the page.
 */
import { type ComponentChild, render } from 'preact';
import { columnPlaces, SEQUENCE, SequenceHead, SequenceStep, stepHeight } from '../drawing/sequence.tsx';
import { Statechart } from '../drawing/statechart.tsx';
import { active, chartDrawing, position, scene, takenTransitions } from './store.ts';

export type Subject = 'chart' | 'sequence';

/** A picture as SVG, and how large it is. */
interface Picture {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/** The most steps of a sequence in one picture; of a longer run, those around the one that is looked at. */
export const PICTURE_STEPS = 500;
const SEQUENCE_WIDTH = 640;
/** The most pixels of a PNG that every browser draws. */
const PIXELS = 16_000_000;

/** Draws a picture; undefined where there is nothing to draw. */
export function draw(subject: Subject): Picture | undefined {
  return subject === 'chart' ? drawChart() : drawSequence();
}

function drawChart(): Picture | undefined {
  const layout = chartDrawing.value?.layout;
  if (layout === undefined) return undefined;
  const live = { active: active.value, taken: takenTransitions.value };
  return picture(<Statechart layout={layout} live={live} />, layout.width, layout.height, '.statechart');
}

function drawSequence(): Picture | undefined {
  const { timeline, length } = scene.value;
  if (length === 0) return undefined;
  const first = Math.max(0, Math.min(position.value - PICTURE_STEPS / 2, length - PICTURE_STEPS));
  const places = columnPlaces(timeline.columns, SEQUENCE_WIDTH);
  let top: number = SEQUENCE.head;
  const steps = Array.from({ length: Math.min(PICTURE_STEPS, length - first) }, (_, index) => {
    const step = first + index;
    const at = top;
    top += stepHeight(timeline.arrowCount(step));
    return (
      <g transform={`translate(0 ${at})`}>
        <SequenceStep
          number={step + 1 + (timeline.firstNumber ?? 0)}
          arrows={timeline.arrows(step)}
          places={places}
          width={SEQUENCE_WIDTH}
        />
      </g>
    );
  });
  const content = [<SequenceHead places={places} />, ...steps];
  return picture(content, SEQUENCE_WIDTH, top, '.sequence');
}

const MARGIN = 12;

/** Puts a drawing into a file of its own, with the styles of the page that concern it. */
function picture(content: ComponentChild, inside: number, high: number, styles: string): Picture {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const [width, height] = [Math.ceil(inside) + 2 * MARGIN, Math.ceil(high) + 2 * MARGIN];
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('viewBox', `${-MARGIN} ${-MARGIN} ${width} ${height}`);
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  render(
    <>
      <style>{stylesOf(styles)}</style>
      <rect x={-MARGIN} y={-MARGIN} width={width} height={height} fill={colour('--card')} />
      {content}
    </>,
    svg,
  );
  const text = new XMLSerializer().serializeToString(svg);
  render(null, svg);
  return { text, width, height };
}

/** The rules of the page's style sheets for a part of it, with its colours as they are now. */
function stylesOf(part: string): string {
  const rules = [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof CSSStyleRule && rule.selectorText.includes(part))
    .map(({ cssText }) => cssText)
    .join('\n');
  return rules.replaceAll(/var\((--[\w-]+)(?:, var\((--[\w-]+)\))?\)/g, (_, name: string, other?: string) => {
    const known = name === '--halo' ? (other ?? name) : name;
    return known === '--mono' || known === '--sans' ? fontOf(known) : colour(known);
  });
}

const fontOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name);

/** A colour of the page, as it is in the theme that is shown. */
function colour(name: string): string {
  const probe = document.createElement('i');
  probe.className = 'visually-hidden';
  document.body.append(probe);
  probe.style.setProperty('color', `var(${name})`);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Makes a PNG of a picture, at twice its size where that can be drawn. */
export async function paint({ text, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(2, Math.sqrt(PIXELS / (width * height)));
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new RangeError('The browser could not draw this picture; as SVG it can be saved.');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
