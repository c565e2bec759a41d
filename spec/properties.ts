/**
 * The properties that the bugs of real systems break: the register of the numbers P1 to P23 that code, tests and reports cite.
 * What is decided of machines and devices stands in `properties/` and `conformance/`; each says which number it is of.
 */

/** One property of the register. */
export interface RegisteredProperty {
  /** `P<n>`. */
  readonly id: string;
  readonly name: string;
  /** What it claims, in a sentence. */
  readonly claim: string;
  /** Why nothing of ours decides it; absent where something does. */
  readonly beyond?: string;
}

/** The register. */
export const REGISTERED_PROPERTIES: readonly RegisteredProperty[] = [
  {
    id: 'P1',
    name: 'NoDeliverBlocked',
    claim: 'A blocked vector sends and delivers nothing.',
  },
  {
    id: 'P2',
    name: 'NoLostEvent',
    claim:
      'An event is delivered at last, shows as pending, is retired by the device, or is ended by disable or reset.',
  },
  {
    id: 'P3',
    name: 'PendingTransient',
    claim: 'A vector that is pending and not blocked does not stay so.',
  },
  {
    id: 'P4',
    name: 'NoSpurious',
    claim: 'A vector delivers no more messages than it had events, and none without an event.',
  },
  {
    id: 'P5',
    name: 'LatchOnUnmask',
    claim: 'After an unmask, the message is one that the entry held at or after that edge.',
  },
  {
    id: 'P6',
    name: 'NoTorn',
    claim: 'A message is a whole entry, never halves of two.',
  },
  {
    id: 'P7',
    name: 'FlushOnRead',
    claim: 'Once a read has completed after a mask, no message of that vector comes until it is unmasked.',
  },
  {
    id: 'P8',
    name: 'SingleView',
    claim: 'Everyone who keeps a Mask Bit or an entry keeps the same, and a read returns that.',
  },
  {
    id: 'P9',
    name: 'HostGuestMask',
    claim:
      'The physical vector is masked exactly where the host, the guest or Function Mask asks for it; the guest cannot clear what the host asks.',
  },
  {
    id: 'P10',
    name: 'RouteFresh',
    claim: 'The route of each unblocked vector is its entry.',
  },
  {
    id: 'P11',
    name: 'TotalAccess',
    claim: 'Any access of any size to any offset has an answer, and no effect elsewhere.',
  },
  {
    id: 'P12',
    name: 'SizeEquivalence',
    claim: 'The same bits written by any widths leave the same state; read-only bits stay.',
  },
  {
    id: 'P13',
    name: 'ResetState',
    claim: 'A reset leaves the state that is specified.',
  },
  {
    id: 'P14',
    name: 'DisableRoundTrip',
    claim: 'Disable and enable keep the table, give INTx back, and deliver nothing between.',
  },
  {
    id: 'P15',
    name: 'FmaskIndependent',
    claim: 'Function Mask changes no Mask Bit.',
  },
  {
    id: 'P16',
    name: 'PBATruth',
    claim: 'A poll of the Pending Bit Array sees every event of a blocked vector.',
  },
  {
    id: 'P17',
    name: 'ResourceBalance',
    claim: 'What is taken for a vector is given back, and a failed call changes nothing.',
  },
  {
    id: 'P18',
    name: 'Isolation',
    claim: 'A guest reaches nothing of the host, nor of another guest.',
    beyond:
      'The parts of a guest and of the host are objects of their own here, and nothing leads from one to another; the tests of several machines on one host say so.',
  },
  {
    id: 'P19',
    name: 'RestoreBisim',
    claim: 'What is restored behaves as what was saved.',
  },
  {
    id: 'P20',
    name: 'IndependentVectors',
    claim: 'What is done to one vector changes nothing of another.',
  },
  {
    id: 'P21',
    name: 'Exclusive',
    claim: 'INTx, MSI and MSI-X are never in use together.',
    beyond: "INTx and MSI are the device model's: MSIX-ENABLE-4 is all that MSI-X says of them.",
  },
  {
    id: 'P22',
    name: 'NonInterference',
    claim: 'What a masked entry holds has no influence on anything that can be seen.',
  },
  {
    id: 'P23',
    name: 'NotifierAlternation',
    claim: 'use and release of a vector strictly alternate, at each blocking edge one.',
  },
];
