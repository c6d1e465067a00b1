// What a run does next where it has a choice: numbers from a plain array, which can be printed and made smaller.

export class Choices {
  readonly #numbers: readonly number[];
  #next = 0;
  /** What was chosen each time. As the numbers of another run, they choose the same. */
  readonly taken: number[] = [];

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** Chooses one of so many. After the last number it is always the first one, and so is every 0. */
  of(count: number): number {
    if (count < 2) return 0;
    const number = this.#numbers[this.#next++] ?? 0;
    this.taken.push(number % count);
    return number % count;
  }
}
