import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';

/** What Node keeps of its streams for packages that decompress at once with them, as npm's own minizlib does. */
interface Stream {
  _handle: Handle | null;
  _processChunk(chunk: Uint8Array, flush: number): Buffer;
  removeAllListeners(event: 'error'): void;
}

interface Handle {
  close: () => void;
}

interface Context {
  readonly stream: Stream;
  readonly handle: Handle;
  readonly end: () => void;
}

let context: Context | null = null;

/**
 * Decompresses whole frames as `zstdDecompressSync` does, which makes itself a context for each call: many times the work of a small
 * batch. Here all go through one, which is thrown away, with all it knows, when something is not whole.
 */
export function unzstd(frames: Uint8Array): Buffer {
  context ??= opened();
  if (!context || frames.length === 0) return zstdDecompressSync(frames);
  const { stream, handle, end } = context;
  try {
    // A copy: what it gives is its own buffer, for the next one too.
    const plain = Buffer.from(stream._processChunk(frames, constants.ZSTD_e_end));
    stream._handle = handle; // It has let go of it,
    stream.removeAllListeners('error'); // and kept this.
    return plain;
  } catch {
    context = null;
    end();
    return zstdDecompressSync(frames);
  }
}

/** Null under a Node that has these no more. */
function opened(): Context | null {
  const stream = createZstdDecompress() as unknown as Stream;
  const handle = stream._handle;
  if (typeof handle?.close !== 'function' || typeof stream._processChunk !== 'function') return null;
  const end = handle.close.bind(handle);
  handle.close = () => {};
  return { stream, handle, end };
}
