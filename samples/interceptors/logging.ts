// Writes a line for each message: where it went, what it was, and how it ended.

import type { Interceptor } from "statefun-ts";

export const logging: Interceptor = async ({ address, message, kind }, next) => {
  const what = `${address} ${kind} ${message.typename}`;
  try {
    const result = await next();
    console.log(`${what}: done`);
    return result;
  } catch (error) {
    console.log(`${what}: ${error}`);
    throw error; // the message fails as it would without this interceptor
  }
};
