/**
 * `maskbit replay`: a recorded guest, driven through the implementation and the machine.
 */
