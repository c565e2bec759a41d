/**
 * ivshmem-doorbell: shared memory with doorbells. A server hands out an event descriptor for each vector; ours gives the device those
 * of its own, so that its doorbell rings itself. Node hands no descriptors on, so the server is a few lines of Python that start QEMU.
 */
import { barOf, type Family } from '../family.ts';
import { writeLine } from '../qtest.ts';

const DOORBELL = 0x0c;
const OWN_ID = 5;
const ENABLED_AND_MASKED = 0xc000;

/** Feeds QEMU by its descriptor 6: version, own ID, memory, then the event descriptors. It ends when QEMU does. */
const SERVER = `
import array, os, resource, socket, struct, sys
count = int(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
qemu = os.getpid()
if os.fork() == 0:
    theirs.close()
    os.closerange(3, ours.fileno())
    def give(number, fd):
        ours.sendmsg([struct.pack('<q', number)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))])
    memory = os.memfd_create('ivshmem')
    os.ftruncate(memory, 1 << 20)
    try:
        ours.sendall(struct.pack('<qq', 0, ${OWN_ID}))
        give(-1, memory)
        for _ in range(count):
            fd = os.eventfd(0)
            give(${OWN_ID}, fd)
            os.close(fd)
        while ours.recv(4096): pass
    except OSError: pass
    os._exit(0)
os.dup2(theirs.fileno(), 6)
os.set_inheritable(6, True)
os.execvp(sys.argv[2], sys.argv[2:])
`;

export const IVSHMEM: Family = {
  names: ['ivshmem-doorbell'],
  by: 'its own doorbell, BAR0+0xc, whose event descriptor the main loop reads later',
  vectorCount: 4,
  parameters: (device, at, vectors = 4) => [
    ...['-chardev', 'socket,id=ivshmem,fd=6'],
    ...['-device', `${device},chardev=ivshmem,vectors=${vectors},${at}`],
  ],
  before: (vectorCount) => ['python3', '-c', SERVER, String(vectorCount)],
  setUp: async (bench) => {
    const { memory } = bench;
    const register = barOf(bench, 0) + DOORBELL;
    // QEMU takes descriptors from the server one by one, and a doorbell that it does not have yet rings nothing.
    const { place, vectorCount } = bench;
    const last = vectorCount - 1;
    const word = place.pending + 4 * (last >>> 5);
    await bench.control(ENABLED_AND_MASKED);
    await memory.until('the server', async () => {
      await memory.write(register, 4, OWN_ID * 0x10000 + last);
      return (((await memory.read(word, 4)) >>> (last & 31)) & 1) !== 0;
    });
    return {
      signal: async (vector) => {
        await memory.qtest.ask([writeLine(register, 4, OWN_ID * 0x10000 + vector)]);
        // A command that is sent after an answer comes in a later turn of the main loop. Two of them leave the descriptor no way to wait.
        await memory.read(register, 4);
        await memory.read(register, 4);
      },
    };
  },
};
