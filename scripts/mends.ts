/**
 * The mends of issue 11, each with what is to be written in its place to be without it: `npm run undo-mends` undoes them singly. A text that
 * is not there any more is an error there, so this list keeps up with the code.
 */

/** A mend: what is to be written in its place, in which file, to be without it. */
export interface Mend {
  readonly name: string;
  readonly file: string;
  readonly mended: string;
  readonly undone: string;
}

/** Of the library: the simulator finds each. */
export const LIBRARY: readonly Mend[] = [
  {
    name: 'a save is tried before it is taken',
    file: 'src/assigned-device.ts',
    mended: 'if (wrong !== undefined) throw new RangeError(`AssignedDevice.restore: ${wrong} Nothing was restored.`);',
    undone: '',
  },
  {
    name: 'what is taken contradicts itself nowhere',
    file: 'src/assigned-device.ts',
    mended: 'return contradictionOf(this.exits, this.works, this.monitor);',
    undone: 'contradictionOf(this.exits, this.works, this.monitor); return undefined;',
  },
  {
    name: 'a flush is held together',
    file: 'src/host/host-function.ts',
    mended: 'if (this.flyingCount === 0) return;\n    this.calls.hold();',
    undone: 'if (this.flyingCount === 0) return;\n    this.calls.hold = () => {}; this.calls.release = () => {};',
  },
  {
    name: 'Function Mask and MSI-X Enable are written whole before anyone is told',
    file: 'src/kernel/table.ts',
    mended: 'this.host.calls.hold();\n    if (closes)',
    undone: 'this.host.calls.release();\n    if (closes)',
  },
  {
    name: 'what one callback throws keeps no other from being told',
    file: 'src/calls-out.ts',
    mended: 'errors = [...errors, error];',
    undone: 'this.first = 0; this.end = 0; this.depth = 0; throw error;',
  },
  {
    name: 'the answer of an access is not changed by a callback',
    file: 'src/assigned-device.ts',
    mended: 'this.answer.set(this.kept);',
    undone: '',
  },
  {
    name: 'an exit is completed before anyone is told',
    file: 'src/assigned-device.ts',
    mended: 'this.begin();\n    try {\n      return this.completeExit(vcpu, words);',
    undone:
      'try {\n      const { hold, release } = this.host.calls; this.host.calls.hold = () => {}; this.host.calls.release = () => {};\n      try { return this.completeExit(vcpu, words); } finally { this.host.calls.hold = hold; this.host.calls.release = release; this.begin(); }',
  },
  {
    name: 'no call out is made from within another of the same device',
    file: 'src/calls-out.ts',
    mended: 'this.depth = 1;\n    let errors',
    undone: 'let errors',
  },
  {
    name: 'a vector that does not exist does not arrive',
    file: 'src/host/host-function.ts',
    mended: '  arrive(vector: number): boolean {\n    if (!this.has(vector)) return false;',
    undone: '  arrive(vector: number): boolean {',
  },
  {
    name: "the host's Mask Bit of a vector that does not exist is not written",
    file: 'src/host/host-function.ts',
    mended: '  setMask(vector: number, mask: number): void {\n    this.requireVector(vector);',
    undone: '  setMask(vector: number, mask: number): void {',
  },
  {
    name: 'an access that no processor makes is none',
    file: 'src/kernel/bus.ts',
    mended: ' || (bytes !== 4 && bytes !== 8 && bytes !== 1 && bytes !== 2)',
    undone: '',
  },
  {
    name: 'an option that does not exist is refused',
    file: 'src/sentences.ts',
    mended: 'if (unknown !== undefined) {',
    undone: 'if (unknown === NaN as never) {',
  },
  {
    name: 'a value that is no number is refused',
    file: 'src/sentences.ts',
    mended: '  requireNumber(owner, name, value);\n  return (value as number) >>> 0;',
    undone: '  return (value as number) >>> 0;',
  },
  {
    name: 'what is in flight at the deassignment is lost',
    file: 'src/kernel/device.ts',
    mended: '    this.host.reset();\n    this.host.lose();\n    this.host.attach();',
    undone: '    this.host.reset();\n    this.host.attach();',
  },
  {
    name: "a function is one machine's at a time",
    file: 'src/kernel/kernel.ts',
    mended: 'if (host.isAttached) return abi.EBUSY;',
    undone: 'if ([...this.devices.values()].some((device) => device.host === host)) return abi.EBUSY;',
  },
  {
    name: 'what a save sets beyond the writable bits is not taken',
    file: 'src/userspace/config-space.ts',
    mended: '(view.getUint32(byte, true) & ~mask) | (saved[at + index] & mask)',
    undone: 'saved[at + index]',
  },
  {
    name: 'a read that no register answers has nothing of the answer before',
    file: 'src/kernel/posted.ts',
    mended: 'out[1] = allOnes(4);\n      return true;',
    undone: 'return true;',
  },
  {
    name: 'a reset by one vCPU ends the access of the other',
    file: 'src/assigned-device.ts',
    mended: 'if (monitor.ends !== ends) this.voidExits();',
    undone: '',
  },
  {
    name: 'a read whose page a reset has moved is answered by nobody',
    file: 'src/assigned-device.ts',
    mended: '(kind === exit.CONFIG_READ || !isMoved)',
    undone: '(kind === exit.CONFIG_READ || true)',
  },
  {
    name: 'one vCPU at a time has something to be done for it',
    file: 'src/assigned-device.ts',
    mended: 'if (monitor.mayWork(words) && this.worker >= 0) return false;',
    undone: '',
  },
  {
    name: 'a sleeping device has no events',
    file: 'src/assigned-device.ts',
    mended:
      "if (this.monitor.config.powerState !== 0) requireNumber(OWNER, 'the vector', vector);\n    else this.host.signal(vector);",
    undone: 'this.host.signal(vector);',
  },
  {
    name: 'what was sent arrives before the function sleeps, and what is pending is gone',
    file: 'src/userspace/monitor.ts',
    mended: 'if (wasAwake && config.powerState !== 0) this.assigned.host.sleep();',
    undone: '',
  },
];

/** Of the checker: random machines find each, compared with XState. */
export const CHECKER: readonly Mend[] = [
  {
    name: 'a forbidden transition is not taken',
    file: 'checker/machine/transition-sets.ts',
    mended: 'return target === undefined && actions.length === 0;',
    undone: 'return false;',
  },
  {
    name: 'a forbidden transition keeps the states around from taking the event',
    file: 'checker/compile/compile.ts',
    mended: 'const candidates = (node.transitions.get(event) ?? []) as Transition[];',
    undone:
      'const candidates = ((node.transitions.get(event) ?? []) as Transition[]).filter((each) => !isForbidding(each));',
  },
  {
    name: 'a key that is a member of Object.prototype is refused',
    file: 'checker/machine/subset.ts',
    mended: 'if (!(key in Object.prototype)) continue;',
    undone: 'continue;',
  },
  {
    name: 'a guard that nobody gives is no member of Object.prototype',
    file: 'checker/machine/subset.ts',
    mended: 'const guard: unknown = Object.hasOwn(guards, name) ? guards[name] : undefined;',
    undone: 'const guard: unknown = guards[name];',
  },
  {
    name: 'two targets in one region are refused',
    file: 'checker/machine/subset.ts',
    mended: 'if (broken === undefined) return [];',
    undone: 'if (broken !== 0 as never) return [];',
  },
  {
    name: 'a transition may have several targets',
    file: 'checker/machine/transition-sets.ts',
    mended: 'return transition.target ?? [];',
    undone: 'return (transition.target ?? []).slice(0, 1);',
  },
  {
    name: "an id may go on with keys: '#id.key'",
    file: 'checker/machine/matching.ts',
    mended: 'return machine.getStateNodeById(id);',
    undone: 'return machine.getStateNodeById(id.split(/(?<!\\\\)\\./)[0]);',
  },
  {
    name: 'a path with dots may have many levels',
    file: 'checker/machine/matching.ts',
    mended: "matchBelow(child, rest.join('.'));",
    undone: 'matchBelow(child, rest[0]);',
  },
  {
    name: 'a value may have many levels',
    file: 'checker/machine/matching.ts',
    mended: 'return keys.flatMap((key) => matchBelow(childNamed(node, key), value?.[key]));',
    undone:
      "return keys.flatMap((key) => (typeof value?.[key] === 'string' ? matchBelow(childNamed(node, key), value[key]) : [childNamed(node, key)]));",
  },
  {
    name: 'states are entered in the order of the document, whatever they are called',
    file: 'checker/machine/transition-sets.ts',
    mended: 'toSorted((one, other) => one.order - other.order)',
    undone: 'toSorted((one, other) => (one.id < other.id ? -1 : 1))',
  },
  {
    name: 'many levels of states take many bits',
    file: 'checker/compile/layout.ts',
    mended: 'return Math.max(...children.map((child) => place(child, bit + width)));',
    undone: 'return Math.max(...children.map((child) => place(child, Math.min(bit + width, 8))));',
  },
];
