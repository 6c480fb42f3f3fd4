/**
 * Decompression by the browser itself.
 */

/** Inflates a raw deflate stream; nothing stands for nothing. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (bytes.length === 0) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    // The browser says "Failed to fetch", which would send the reader looking for a network.
    throw new Error("The data in this file is damaged.", { cause: error });
  }
}
