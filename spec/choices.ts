/**
 * What a function may do one way or another: each freedom that the specification leaves, as a choice with its values, each value in words.
 *
 * The rules say what is open; this says which answers there are. `machines/permitted/` has each value as states and
 * transitions of its own, and a profile of `conformance/judge/` is one value for each choice. Values stand from the strictest
 * to the loosest; `any` is all of the others, one now and another then.
 */

/** One answer to what a rule leaves open. */
export interface ChoiceValue {
  readonly name: string;
  /** What a function does that has chosen it: a sentence. */
  readonly words: string;
}

/** What a rule leaves open. */
export interface PermittedChoice {
  readonly name: string;
  /** The rule that leaves it open. */
  readonly rule: string;
  /** What is open, as a clause: "what becomes of an event while MSI-X is disabled". */
  readonly open: string;
  /** From the strictest to the loosest. */
  readonly values: readonly ChoiceValue[];
}

/** All choices, in the order in which a profile lists them. */
export const CHOICES = [
  {
    name: 'disabledEvent',
    rule: 'MSIX-ENABLE-2',
    open: 'what becomes of an event while MSI-X is disabled',
    values: [
      { name: 'pending', words: 'An event while MSI-X is disabled sets the Pending bit.' },
      { name: 'dropped', words: 'An event while MSI-X is disabled is dropped.' },
      {
        name: 'hidden',
        words: 'An event while MSI-X is disabled is held, and its Pending bit shows once MSI-X is enabled.',
      },
      {
        name: 'unseen',
        words: 'An event while MSI-X is disabled is held, and no Pending bit shows it before it is sent.',
      },
      {
        name: 'any',
        words: 'An event while MSI-X is disabled is now held and now dropped, and a Pending bit may show it or not.',
      },
    ],
  },
  {
    name: 'pendingAtDisable',
    rule: 'MSIX-ENABLE-2',
    open: 'what becomes of a Pending bit when MSI-X is disabled',
    values: [
      { name: 'kept', words: 'Disabling MSI-X keeps the Pending bits.' },
      { name: 'lost', words: 'Disabling MSI-X clears the Pending bits, and the events are dropped.' },
      { name: 'hidden', words: 'Disabling MSI-X hides the Pending bits; they show again once MSI-X is enabled.' },
      { name: 'any', words: 'Disabling MSI-X now keeps a Pending bit, and now drops or hides it.' },
    ],
  },
  {
    name: 'pendingAtEnable',
    rule: 'MSIX-ENABLE-2',
    open: 'what becomes of an event that waits when MSI-X is enabled',
    values: [
      { name: 'kept', words: 'Enabling MSI-X keeps what waits, and sends it where nothing else blocks it.' },
      { name: 'lost', words: 'Enabling MSI-X drops what waits.' },
      { name: 'any', words: 'Enabling MSI-X now keeps what waits, and now drops it.' },
    ],
  },
  {
    name: 'coalescing',
    rule: 'MSIX-PEND-4',
    open: 'how many messages come of several events of a blocked vector',
    values: [
      { name: 'one', words: 'Several events of a blocked vector become one message.' },
      {
        name: 'each',
        words: 'Several events of a blocked vector become several messages, and never more than there were events.',
      },
    ],
  },
  {
    name: 'message',
    rule: 'MSIX-MSG-2',
    open: 'which message a vector sends whose entry was changed while it was not masked',
    values: [
      {
        name: 'edge',
        words: 'The message is the entry as it stood when the vector was last unblocked, by a mask or by MSI-X Enable.',
      },
      {
        name: 'maskEdge',
        words:
          'The message is the entry as it stood when the vector was last unmasked; enabling MSI-X does not read it again.',
      },
      { name: 'immediate', words: 'The message is the entry as it stands when the message is sent.' },
      { name: 'any', words: 'The message is any whole entry that the vector has held since it was last unmasked.' },
      // The standard leaves the result undefined, so even this is no fault (MSIX-MSG-3).
      {
        name: 'torn',
        words:
          'After a change the message is anything until the vector is unmasked again, be it made of parts of several.',
      },
    ],
  },
  {
    name: 'openWrites',
    rule: 'MSIX-MSG-2',
    open: 'what becomes of a write to address or data of an entry that is not masked',
    values: [
      { name: 'kept', words: 'A write to an entry that is not masked is kept, and read back.' },
      { name: 'dropped', words: 'A write to an entry that is not masked is dropped.' },
      { name: 'any', words: 'A write to an entry that is not masked is now kept, and now dropped.' },
    ],
  },
  {
    name: 'resetEntry',
    rule: 'MSIX-RESET-4',
    open: 'what address and data hold after reset',
    values: [
      { name: 'zero', words: 'Address and data are zero after reset.' },
      { name: 'kept', words: 'Address and data are after reset as they were before it.' },
      { name: 'any', words: 'Address and data may be anything after reset.' },
    ],
  },
  {
    name: 'addresses',
    rule: 'MSIX-MSG-4',
    open: 'which addresses a message is sent to',
    values: [
      { name: 'all', words: 'A message is sent to whatever address its entry holds.' },
      { name: 'nonzero', words: 'A message whose address is zero is not sent.' },
      {
        name: 'x86',
        words: 'Only a message to an address of the interrupt controller of an x86, 0xfee....., is sent.',
      },
      { name: 'any', words: 'A message to an address other than those of an x86 is now sent and now not.' },
    ],
  },
  {
    name: 'reservedControl',
    rule: 'MSIX-TABLE-4',
    open: 'what bits 31:1 of Vector Control read after they were written',
    values: [
      { name: 'zero', words: 'The reserved bits of Vector Control read as zero.' },
      { name: 'kept', words: 'The reserved bits of Vector Control read as they were written.' },
      { name: 'any', words: 'Each reserved bit of Vector Control reads as zero, or as it was written.' },
    ],
  },
  {
    name: 'reservedAddress',
    rule: 'MSIX-TABLE-2',
    open: 'what bits 1:0 of Message Address read after they were written',
    values: [
      { name: 'zero', words: 'Bits 1:0 of Message Address read as zero.' },
      { name: 'kept', words: 'Bits 1:0 of Message Address read as they were written.' },
      { name: 'any', words: 'Each of bits 1:0 of Message Address reads as zero, or as it was written.' },
    ],
  },
  {
    name: 'disabledTable',
    rule: 'MSIX-TABLE-6',
    open: 'whether the table is there while MSI-X is disabled',
    values: [
      { name: 'there', words: 'The table is read and written as well while MSI-X is disabled.' },
      {
        name: 'absent',
        words: 'While MSI-X is disabled there is no table: it reads as all ones, and what is written to it is dropped.',
      },
      {
        name: 'any',
        words: 'Each time that MSI-X is disabled, the table is there until it is enabled, or is not.',
      },
    ],
  },
  {
    name: 'narrowWrites',
    rule: 'MSIX-ACCESS-1',
    open: 'what a write to the table does that is no whole aligned dword or QWORD',
    values: [
      { name: 'dropped', words: 'A write of 1 or 2 bytes to the table, or one that is not aligned, is dropped.' },
      {
        name: 'performed',
        words: 'A write of 1 or 2 bytes to the table, or one that is not aligned, writes the bytes that it covers.',
      },
      {
        name: 'any',
        words:
          'A write of 1 or 2 bytes to the table, or one that is not aligned, does anything to the dwords that it touches, and to no other.',
      },
    ],
  },
  {
    name: 'pbaWrites',
    rule: 'MSIX-PBA-3',
    open: 'what a write to the Pending Bit Array does',
    values: [
      { name: 'ignored', words: 'A write to the Pending Bit Array is ignored.' },
      { name: 'any', words: 'A write to the Pending Bit Array may change the bits that it covers.' },
    ],
  },
] as const satisfies readonly PermittedChoice[];

/** The name of a choice. */
export type ChoiceName = (typeof CHOICES)[number]['name'];
/** The values of a choice, by name. */
export type ChoiceValueOf<Name extends ChoiceName> = Extract<
  (typeof CHOICES)[number],
  { name: Name }
>['values'][number]['name'];
/** One value for each choice. */
export type Choices = { readonly [Name in ChoiceName]: ChoiceValueOf<Name> };

/** The rules that leave a choice. */
export const OPEN_RULES: ReadonlySet<string> = new Set(CHOICES.map(({ rule }) => rule));

/** Every choice at its first value: what maskbit's own function does. */
export const STRICT_CHOICES: Choices = pick((values) => values[0]);
/** Every choice at its last value: all that the specification permits. */
export const LOOSE_CHOICES: Choices = pick((values) => values[values.length - 1]);

function pick(which: (values: readonly ChoiceValue[]) => ChoiceValue): Choices {
  return Object.fromEntries(CHOICES.map(({ name, values }) => [name, which(values).name])) as unknown as Choices;
}

/** Finds a choice. */
export function choiceNamed(name: string): PermittedChoice | undefined {
  return CHOICES.find((choice) => choice.name === name);
}
