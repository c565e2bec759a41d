/**
 * Walks four vectors beside a second thread, with the compiled command line in the folder of its argument; prints how many states this thread was in, and what it found.
 */
const { compile } = await load('checker/compile/compile');
const { explore } = await load('checker/explore/explore');
const { createInProcessDevice } = await load('conformance/device/in-process');
const { DIALECTS } = await load('conformance/device/words');
const { walkByWords } = await load('conformance/paths/word-lockstep');
const { FULL_INSTANCES, LARGER_INSTANCES } = await load('properties/instances');
const { walkBeside } = await load('cli/check/lockstep-beside');

const instance = [...LARGER_INSTANCES, ...FULL_INSTANCES].find(
  ({ machine, vectors }) => machine.id === 'function' && vectors === 4,
);
const exploration = explore(compile(instance.machine, instance.events));
const device = createInProcessDevice(instance.vectors);
let restored = 0;
const counted = {
  ...device,
  restoreFrom: (words) => {
    restored++;
    device.restoreFrom(words);
  },
};
const { blocks, end } = walkBeside(exploration, instance, DIALECTS[1].name, 0);
// The other begins while this thread does nothing else: some seconds, where much else runs.
for (let wait = 0; wait < 1000 && Atomics.load(blocks.memory, 0) === 0; wait++) {
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}
const { pairs } = walkByWords(exploration, counted, instance.messages, DIALECTS[1], { blocks });
end();
console.log(JSON.stringify({ isShared: blocks.isShared, count: exploration.states.count, restored, pairs }));

async function load(path) {
  return import(`file://${process.argv[2]}/${path}.js`);
}
