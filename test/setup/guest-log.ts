/**
 * Logs that are written for a test: a small function below a root port, and a guest that finds it, sets it up and is interrupted.
 */
import { messageLine } from './logs.ts';

export const BRIDGE = 'pcie-root-port 00:01.0';
export const TABLE = 0xfe000000;

/** A line of a table access. */
export const tableLine = (verb: 'read' | 'write', offset: number, value: number, table = TABLE): string =>
  `memory_region_ops_${verb} cpu 0 addr 0x${(table + offset).toString(16)} value 0x${value.toString(16)} size 4 name 'msix-table'`;
export const readConfig = (device: string, offset: number, value: number): string =>
  `pci_cfg_read ${device} @0x${offset.toString(16)} -> 0x${value.toString(16)}`;
export const writeConfig = (device: string, offset: number, value: number): string =>
  `pci_cfg_write ${device} @0x${offset.toString(16)} <- 0x${value.toString(16)}`;

/** Where the capabilities of the function are: MSI-X, PCI Express with a Function Level Reset, Power Management, Advanced Features. */
export const AT = { msix: 0x40, express: 0x50, power: 0x60, advanced: 0x70 } as const;

/** A bridge above bus 1. */
export const foundBridge = (): string[] => [readConfig(BRIDGE, 0x0e, 1), writeConfig(BRIDGE, 0x18, 0x00010100)];

/** A function with two vectors, as a guest finds it. */
export function found(device: string, table = TABLE, power = 0): string[] {
  return [
    readConfig(device, 0x34, AT.msix),
    readConfig(device, AT.msix, 0x5011),
    readConfig(device, AT.express, 0x6010),
    readConfig(device, AT.express + 4, 0x10008000),
    readConfig(device, AT.power, 0x7001),
    readConfig(device, AT.power + 4, power),
    readConfig(device, AT.advanced, 0x0013),
    readConfig(device, AT.advanced + 3, 0x2),
    readConfig(device, AT.msix + 2, 1),
    readConfig(device, AT.msix + 4, 0),
    writeConfig(device, 0x10, table),
    readConfig(device, 0x10, table),
    writeConfig(device, 0x04, 0x6),
  ];
}

/** The guest sets up vector 0 with a message, and the device sends it. */
export function setUp(device: string, message: string, table = TABLE): string[] {
  const [address, data] = message.split(':').map((digits) => Number.parseInt(digits, 16));
  return [
    writeConfig(device, AT.msix + 2, 0x8001),
    `msix_write_config dev ${device.split(' ')[0]} enabled 1 masked 0`,
    tableLine('write', 0, address, table),
    tableLine('write', 8, data, table),
    tableLine('write', 12, 0, table),
    messageLine(message),
  ];
}

/** What a guest reads of a function that was reset. */
export const readsReset = (device: string, table = TABLE): string[] => [
  readConfig(device, AT.msix + 2, 1),
  tableLine('read', 12, 1, table),
  tableLine('read', 0, 0, table),
];
