// A promise that the test resolves.

export class Gate<T = void> {
  readonly promise: Promise<T>;
  #resolve!: (value: T) => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  open(value: T): void {
    this.#resolve(value);
  }
}
