// From which size on a value is large: people see its head alone, and whoever looks at many values does not read it.

/** The largest value that is shown whole, in packed bytes. */
export const wholeBytes = 256 * 1024;

/** How many bytes are shown of a larger value. */
export const headBytes = 4 * 1024;
