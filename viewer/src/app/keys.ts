/**
 * Every key of the viewer, in tables that `?` lists.
 */

export interface Key {
  /** As `KeyboardEvent.key` has it; letters in lower case, with `Shift+` before where it is held. */
  keys: string[];
  /** What it does, for the list. */
  does: string;
  run(event: KeyboardEvent): void;
}

export interface KeyGroup {
  title: string;
  keys: Key[];
}

/** Dispatches keys to the first group that has them. */
export class Keys {
  private groups: KeyGroup[] = [];

  /** Puts a group before or, with the same title, in the place of another. */
  set(group: KeyGroup): void {
    this.groups = [group, ...this.groups.filter((known) => known.title !== group.title)];
  }

  list(): readonly KeyGroup[] {
    return this.groups;
  }

  /** Runs what the event's key does; says whether there is anything. */
  handle(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key !== "Escape" && isTyping(event.target)) return false;
    const name = nameOf(event);
    const key = this.groups.flatMap((group) => group.keys).find((key) => key.keys.includes(name));
    key?.run(event);
    return key !== undefined;
  }
}

function nameOf(event: KeyboardEvent): string {
  if (event.key.length === 1 && !/[a-z]/i.test(event.key)) return event.key;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey ? `Shift+${key}` : key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
