/**
 * Strategies: how a scene is put to a subject, in order of cost. A device that saves and restores is walked pair by pair; any other
 * one is driven along tours, complete suites and random walks.
 */
import { STRICT_CHOICES } from '../../spec/choices.ts';
import { type Action, type Alphabet, actionsOf } from './actions.ts';
import { AheadDevice } from './ahead.ts';
import { drive, type Outcome, pause, type Strategy } from './course.ts';
import type { Readback } from './instance.ts';
import type { Assumptions } from './profile.ts';
import { Random } from './random.ts';
import { actionsByName, alphabetOf, BITS, everyVector, modelOf, nearOf, type Scene } from './scenes.ts';
import type { Subject } from './subject.ts';
import { unlessOver } from './time-limit.ts';
import { Tour, TourGraph } from './tour.ts';
import { type SnapshotDevice, walkingPairs } from './walk.ts';

/** A state of more vectors than this is too large to be kept for every pair. */
const WALKED_VECTORS = 256;

/** Whether pairs are walked: where the devices of a subject save and restore. */
const isWalked = (subject: Subject, scene: Scene): boolean =>
  subject.abilities.has('snapshot') &&
  scene.isSmall &&
  (scene.isWalked === true || scene.vectorCount <= WALKED_VECTORS);

/** Whether that is all that is asked. Whether what another program saves is all of it is its word alone, and it is asked the rest, too. */
export const isWalkable = (subject: Subject, scene: Scene): boolean => subject.isLocal && isWalked(subject, scene);

/** Of the time for a walk, so much is kept for whoever looks at it. */
const KEPT_FOR_WALKER = 0.25;

/** Three vectors at once are more than the cheapest suites ask. */
const isOfFew = (scene: Scene): boolean => scene.name !== 'three vectors';

const pairWalk: Strategy = {
  name: 'walk of pairs',
  isBase: isOfFew,
  suits: isWalked,
  run: async ({ subject, scene, model, assumptions, findings, deadline, isStopped, onSteps, limits, walker }) => {
    const opened = await unlessOver(() => subject.open(scene.vectorCount));
    if (opened === undefined) return notWalked(scene, 'nothing, since no instance was there in time');
    const { device: local, remote } = opened;
    const device = (local ?? (remote && new AheadDevice(remote))) as SnapshotDevice | undefined;
    if (device === undefined) return notWalked(scene, 'nothing, since no instance came to life');
    const kept = walker === undefined ? 0 : KEPT_FOR_WALKER * (deadline - performance.now());
    let asked = { steps: 0, paths: 0 };
    const walking = walkingPairs(
      device,
      model,
      restricted(alphabetOf(scene, subject.abilities), assumptions),
      findings,
      { ...limits, deadline: deadline - kept, isStopped, place: { scene, strategy: 'walk of pairs' } },
      (pairs, open, steps) => {
        asked = { steps, paths: pairs };
        onSteps(steps, `${pairs} pairs, ${open} of them open`);
      },
    );
    let next = walking.next();
    while (next.done !== true) {
      await pause();
      const wanted = next.value;
      if (remote === undefined || wanted === undefined) next = walking.next();
      else if (wanted !== 'fresh') {
        const answers = await unlessOver(() => remote.run(wanted));
        if (answers === undefined) return { ...notWalked(scene, 'some pairs, until the time was over'), ...asked };
        next = walking.next(answers);
      } else {
        const again = await unlessOver(() => subject.open(scene.vectorCount));
        if (again?.remote === undefined)
          return { ...notWalked(scene, 'some pairs, until no instance came to life'), ...asked };
        next = walking.next();
      }
    }
    const walked = next.value;
    await walker?.onWalk(device, scene, walked, deadline);
    return {
      strategy: 'walk of pairs',
      scene: scene.name,
      steps: walked.steps,
      paths: walked.pairs,
      milliseconds: walked.milliseconds,
      isComplete: walked.isComplete,
      covered: walked.isComplete ? `all ${walked.pairs} pairs` : `${walked.pairs} pairs, and not all`,
    };
  },
};

const notWalked = (scene: Scene, covered: string): Outcome => ({
  ...{ strategy: 'walk of pairs', scene: scene.name, steps: 0, paths: 0, milliseconds: 0 },
  ...{ isComplete: false, covered },
});

/** A tour through every sequence of some length. */
function tourOf(length: number): Strategy {
  const name = ['', 'all transitions', 'transition pairs', 'transition triples'][length];
  return {
    name,
    isBase: (scene) => length === 1 && isOfFew(scene),
    suits: (subject, scene) =>
      scene.isSmall && scene.vectors.length <= 4 - length && !(length > 1 && isWalkable(subject, scene)),
    run: async (work) => {
      const { scene, subject } = work;
      const alphabet = alphabetOf(scene, subject.abilities);
      const actions = actionsOf(restricted(alphabet, work.assumptions));
      // Its answer is waited for, and with it comes what was read of the entries.
      const read = actionsByName(scene, alphabet).get('read.capability/2');
      const look = read === undefined ? undefined : { ...read, isOpen: true };
      const tour = new Tour(new TourGraph(strictMachine(scene), actions, scene.vectors), length, look);
      const outcome = await drive(work, name, alphabet.book, {
        begin: () => {
          tour.restart();
          return (knowledge, step) => {
            if (step >= INSTANCE_STEPS) return undefined;
            return tour.next(knowledge);
          };
        },
        // Reads that change something are seen only where nothing else is read: every second instance is read back rarely.
        readback: (action, step, path) =>
          action === look || path % 2 === 0 || step % length === length - 1 ? 'all' : 'none',
        isOver: () => tour.isDone,
      });
      const beyond = tour.beyond === 0 ? '' : `, and ${tour.beyond} that no guest may do, or that nothing leads to`;
      const covered = `${tour.covered} of ${tour.size} sequences of ${length}${beyond}`;
      return { ...outcome, isComplete: tour.isDone, covered };
    },
  };
}

const strictMachine = (scene: Scene) => modelOf(scene, STRICT_CHOICES, false, true).vector;

/** Every state by a shortest path, and every action after it; nothing is read before the end, for reading may hide what is wrong. */
const readAtTheEnd: Strategy = {
  name: 'transitions read at the end',
  suits: (subject, scene) =>
    scene.isSmall &&
    scene.vectors.length <= 2 &&
    !isWalkable(subject, scene) &&
    (subject.isLocal || subject.abilities.has('reset')),
  run: async (work) => {
    const { scene, subject } = work;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(restricted(alphabet, work.assumptions));
    const nodes = new TourGraph(strictMachine(scene), actions, scene.vectors).everyNode();
    const size = nodes.length * actions.length;
    let at = 0;
    let isLast = false;
    const outcome = await drive(work, 'transitions read at the end', alphabet.book, {
      begin: () => {
        const { path } = nodes[Math.floor(at / actions.length)];
        const sequence = [...path, at % actions.length].map((index) => actions[index]);
        at++;
        let place = 0;
        return (knowledge) => {
          while (place < sequence.length) {
            const action = sequence[place++];
            isLast = place === sequence.length;
            if (action.isLawful(knowledge)) return action;
          }
          return undefined;
        };
      },
      readback: () => (isLast ? 'all' : 'none'),
      isOver: () => at >= size,
    });
    return { ...outcome, isComplete: at >= size, covered: `${at} of ${size} paths` };
  },
};

/** Every state, every sequence of k + 1 plain actions after it, on an instance of its own, then an event of each vector. */
function completeOf(extra: number): Strategy {
  const name = `complete suite, ${extra} extra states`;
  return {
    name,
    suits: (subject, scene) =>
      scene.isSmall && scene.vectors.length === 1 && !isWalkable(subject, scene) && scene.name === 'one vector',
    run: async (work) => {
      const { scene, subject } = work;
      const alphabet = { ...alphabetOf(scene, subject.abilities), widths: false, reads: false };
      const actions = actionsOf(restricted(alphabet, work.assumptions));
      const nominal = new TourGraph(strictMachine(scene), actions, scene.vectors);
      const nodes = nominal.everyNode();
      const length = extra + 1;
      const perNode = actions.length ** length;
      const signals = actions.filter((action) => action.kind === 'signal');
      let at = 0;
      const outcome = await drive(work, name, alphabet.book, {
        begin: () => {
          const { path } = nodes[Math.floor(at / perNode)];
          let rest = at % perNode;
          const sequence: Action[] = [...signals];
          for (let index = 0; index < length; index++) {
            sequence.unshift(actions[rest % actions.length]);
            rest = Math.floor(rest / actions.length);
          }
          sequence.unshift(...path.map((action) => actions[action]));
          at++;
          let place = 0;
          return (knowledge) => {
            while (place < sequence.length) {
              const action = sequence[place++];
              if (action.isLawful(knowledge)) return action;
            }
            return undefined;
          };
        },
        readback: () => 'all',
        isOver: () => at >= nodes.length * perNode,
      });
      const size = nodes.length * perNode;
      return { ...outcome, isComplete: at >= size, covered: `${at} of ${size} paths` };
    },
  };
}

/** Random walks: long ones, with everything mixed; each instance is read back always, sometimes, or rarely. */
const randomWalks: Strategy = {
  name: 'random walks',
  isBase: () => true,
  leastSteps: 4000,
  suits: (subject, scene) => !isWalkable(subject, scene),
  run: async (work) => {
    const { scene, subject, seed } = work;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(restricted(alphabet, work.assumptions));
    const random = new Random(seed);
    const isLarge = !scene.isSmall;
    const until = performance.now() + (work.limits?.sampling ?? Infinity);
    const { mostSteps = Infinity } = work;
    let steps = 0;
    const outcome = await drive(work, 'random walks', alphabet.book, {
      begin: () => (knowledge, step) => {
        if (step >= INSTANCE_STEPS || steps++ >= mostSteps) return undefined;
        return random.pickLawful(actions, knowledge);
      },
      readback: (action, step, path): Readback => {
        if (isLarge)
          return step % 256 === 255
            ? 'all'
            : step % 4 === 0
              ? scene.vectors
              : action.vector >= 0
                ? [action.vector]
                : 'none';
        if (path % 3 === 0) return 'all';
        return random.below(path % 3 === 1 ? 4 : 32) === 0 ? 'all' : 'none';
      },
      isOver: () => performance.now() > until || steps >= mostSteps,
    });
    // Without a bound it has no end.
    return { ...outcome, isComplete: steps >= mostSteps, covered: `${outcome.paths} walks` };
  },
};

/** Every vector of many, one after the other: its events while masked, open, and masked by the function. */
const eachVector: Strategy = {
  name: 'each vector by itself',
  isBase: () => true,
  suits: (_subject, scene) => !scene.isSmall,
  run: async (work) => {
    const { scene, subject } = work;
    const alphabet = everyVector(scene, alphabetOf(scene, subject.abilities));
    const byName = actionsByName(scene, alphabet);
    const can = subject.signalled?.(scene.vectorCount);
    const { order, edges } = inOrderOfEdges(scene.vectorCount);
    let at = 0;
    const outcome = await drive(work, 'each vector by itself', alphabet.book, {
      begin: () => {
        let place = 0;
        return (knowledge) => {
          while (at < order.length) {
            const vector = order[at];
            const name = (edges.has(vector) ? EACH_EDGE : EACH_VECTOR)[place++];
            if (name === undefined) {
              at++;
              place = 0;
              continue;
            }
            // A vector that cannot be signalled has its accesses all the same.
            if (/^(signal|retire)/.test(name) && can?.includes(vector) === false) continue;
            const neighbour = vector + 1 < scene.vectorCount ? vector + 1 : vector - 1;
            const action = byName.get(name.replace('V', String(vector)).replace('N', String(neighbour)));
            if (action?.isLawful(knowledge) === true) return action;
          }
          return undefined;
        };
      },
      readback: ({ vector }) =>
        vector < 0 ? scene.vectors : nearOf(vector, scene.vectorCount, edges.has(vector) ? BITS : [32, 1024]),
      isOver: () => at >= order.length,
    });
    const isComplete = at >= order.length;
    return { ...outcome, isComplete, covered: `${at} of ${scene.vectorCount} vectors` };
  },
};

/** All vectors, the first and the last and those beside powers of two before the others: there, indices are cut off and words end. */
function inOrderOfEdges(count: number): { readonly order: readonly number[]; readonly edges: ReadonlySet<number> } {
  const beside = BITS.flatMap((power) => [power - 1, power]);
  const edges = new Set([0, count - 1, ...beside].filter((vector) => vector < count));
  return {
    order: [...edges, ...Array.from({ length: count }, (_, vector) => vector).filter((each) => !edges.has(each))],
    edges,
  };
}

const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

/** What is done to each vector. V is its number, N that of a neighbour, which is open for a while. What a device lacks is passed over. */
const EACH_VECTOR = listed(`
  control.on/2 write.V.A/4 signal.V read.pba.V/4 read.pba.V/8 unmask.V/4 signal.V
  control.onMasked/2 signal.V unmask.N/4 mask.V/4 unmask.V/4 mask.N/4 control.on/2 mask.V/4 signal.V unmask.V/4
  mask.V/4 signal.V retire.V unmask.V/4 mask.V/4`);

/** Beside powers of two, and of the last, also what a reset leaves: of one that is pending and open but for Function Mask, and of one that is masked. */
const EACH_EDGE = [
  ...EACH_VECTOR,
  ...listed(`
    control.onMasked/2 unmask.V/4 signal.V read.pba.V/8 reset
    control.on/2 write.V.A/8 signal.V control.off/2 read.pba.V/8 reset`),
];

/** So many steps are run on one instance. */
const INSTANCE_STEPS = 1000;

/** An alphabet without what guests are assumed not to do. */
function restricted(alphabet: Alphabet, assumptions: Assumptions): Alphabet {
  return { ...alphabet, assumptions };
}

/** The strategies, the cheapest first. */
export const STRATEGIES: readonly Strategy[] = [
  pairWalk,
  tourOf(1),
  eachVector,
  readAtTheEnd,
  tourOf(2),
  completeOf(1),
  randomWalks,
  tourOf(3),
  completeOf(2),
];
