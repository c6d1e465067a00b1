// The same as own-url.mjs, for the CommonJS form of the package.
const { pathToFileURL } = require("node:url");

exports.ownUrl = pathToFileURL(__filename).href;
