/**
 * Files out of the page, without a server.
 */

/** Offers `content` as a file. */
export function save(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the address by the time the click returns; the data it keeps itself.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
