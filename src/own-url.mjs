// The URL of this file, by which the package finds the files in it that are not code. The two forms of the package read it in
// two ways, so package.json names a file for each. Undefined in a bundle that has no URL.
export const ownUrl = import.meta.url;
