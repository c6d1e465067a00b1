// The namespace of the functions that belong to the runtime itself. Nobody outside reaches them.

export const runtimeNamespace = "statefun.runtime";
