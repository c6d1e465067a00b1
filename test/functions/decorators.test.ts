// Mistakes in a class are errors when the class is evaluated, not at the first message. (test/dialects covers every compiler.)

import { test } from "node:test";
import { example } from "../../samples/messages/messages.js";
import { Handles, State, StatefulFunction, StatefulFunctions, Types } from "../../src/index.js";
import { throwsCode } from "../support/expect-code.js";

const { User } = example;

test("a bad type name is TYPE_NAME_INVALID", () => {
  for (const name of ["", "hello", "/hello", "hello/", undefined]) {
    throwsCode(() => {
      @StatefulFunction(name as string)
      class Bad {}
      return Bad;
    }, "TYPE_NAME_INVALID");
  }
});

test("a state without a name is STATE_NAME_INVALID", () => {
  for (const name of ["", undefined, null, 5, Types.int]) {
    throwsCode(() => State(name as string, Types.int), "STATE_NAME_INVALID");
  }
});

test("two properties of one state name are STATE_DUPLICATE, by name", () => {
  throwsCode(
    () => {
      class Twice {
        @State("seen", Types.int) one = 0;
        @State("seen", Types.int) two = 0;
      }
      return Twice;
    },
    "STATE_DUPLICATE",
    '"seen"',
  );
});

test("a bad expiration is EXPIRATION_INVALID, by the state's name", () => {
  throwsCode(() => State("seen", Types.int, { expireAfterWrite: 0 }), "EXPIRATION_INVALID", '"seen"');
  throwsCode(() => State("seen", { expireAfterCall: -5 }), "EXPIRATION_INVALID", '"seen"');
  throwsCode(() => State("seen", Types.int, { expireAfterWrite: 1, expireAfterCall: 1 }), "EXPIRATION_INVALID");
});

test("a state type that is none is TYPE_UNKNOWN", () => {
  for (const type of [class Plain {}, () => 1]) throwsCode(() => State("seen", type as any), "TYPE_UNKNOWN");
  throwsCode(() => State("seen", "int" as any, {}), "TYPE_UNKNOWN");
  throwsCode(() => State("seen", "int" as any), "TYPE_UNKNOWN", '@State("seen")');
});

test("a handled type that is none is TYPE_UNKNOWN, and an import cycle's undefined too", () => {
  const declare = (type: any) => () => {
    class Greeter {
      @Handles(Types.int, type) greet() {}
    }
    return Greeter;
  };
  throwsCode(declare(class Plain {}), "TYPE_UNKNOWN", "Plain", "@Handles on greet");
  throwsCode(declare(undefined), "TYPE_UNKNOWN", "@Handles on greet", "import cycle");
  throwsCode(declare(5), "TYPE_UNKNOWN", "@Handles on greet");
});

test("two handlers of one type are HANDLER_DUPLICATE, by their names", () => {
  throwsCode(
    () => {
      class Twice {
        @Handles(User) first() {}
        @Handles(User) second() {}
      }
      return Twice;
    },
    "HANDLER_DUPLICATE",
    "first",
    "second",
    "example.User",
  );
});

test("two classes of one typename in two handlers are HANDLER_DUPLICATE, by the handlers' names", () => {
  class Copy {
    static encode = User.encode;
    static decode = User.decode;
    static getTypeUrl = User.getTypeUrl;
    name = "";
  }
  throwsCode(
    () => {
      @StatefulFunction("a/b")
      class Twice {
        @Handles(User) first() {}
        @Handles(Copy) second() {}
      }
      return new StatefulFunctions(Twice);
    },
    "HANDLER_DUPLICATE",
    "first",
    "second",
    "example.User",
  );
});

test("one type given twice to one handler is HANDLER_DUPLICATE", () => {
  throwsCode(
    () => {
      @StatefulFunction("a/b")
      class Twice {
        @Handles(User, User) first() {}
      }
      return new StatefulFunctions(Twice);
    },
    "HANDLER_DUPLICATE",
    "first",
    "example.User",
  );
});

test("two catch-alls are HANDLER_DUPLICATE", () => {
  throwsCode(
    () => {
      class Twice {
        @Handles() first() {}
        @Handles() second() {}
      }
      return Twice;
    },
    "HANDLER_DUPLICATE",
    "first",
    "second",
  );
});

test("@Handles without parentheses can't know the type here: TYPE_UNKNOWN, by the method's name", () => {
  throwsCode(
    () => {
      class Bare {
        @Handles greet(_user: example.User) {}
      }
      return Bare;
    },
    "TYPE_UNKNOWN",
    "greet",
  );
});

const misplaced: [string, () => unknown, string][] = [
  [
    "@Handles on a property",
    () => {
      class Wrong {
        // @ts-expect-error
        @Handles(User) greet = 5;
      }
      return Wrong;
    },
    "greet",
  ],
  [
    "@Handles on a getter",
    () => {
      class Wrong {
        // @ts-expect-error
        @Handles(User) get greet() {
          return 5;
        }
      }
      return Wrong;
    },
    "greet",
  ],
  [
    "@Handles on a static method",
    () => {
      class Wrong {
        @Handles(User) static greet() {}
        kept = 1;
      }
      return Wrong;
    },
    "greet",
  ],
  [
    "@Handles on a class",
    () => {
      // @ts-expect-error
      @Handles(User)
      class Wrong {}
      return Wrong;
    },
    "@Handles",
  ],
  [
    "@State on a method",
    () => {
      class Wrong {
        // @ts-expect-error
        @State("seen", Types.int) seen() {}
      }
      return Wrong;
    },
    "seen",
  ],
  [
    "@State on a getter",
    () => {
      class Wrong {
        // @ts-expect-error
        @State("seen", Types.int) get seen() {
          return 5;
        }
      }
      return Wrong;
    },
    "seen",
  ],
  [
    "@State on a static property",
    () => {
      class Wrong {
        @State("seen", Types.int) static seen = 5;
        kept = 1;
      }
      return Wrong;
    },
    "seen",
  ],
  [
    "@State on a class",
    () => {
      // @ts-expect-error
      @State("seen", Types.int)
      class Wrong {}
      return Wrong;
    },
    "@State",
  ],
  [
    "@StatefulFunction on a method",
    () => {
      class Wrong {
        // @ts-expect-error
        @StatefulFunction("a/b") greet() {}
      }
      return Wrong;
    },
    "@StatefulFunction",
  ],
  [
    "@StatefulFunction on a property",
    () => {
      class Wrong {
        // @ts-expect-error
        @StatefulFunction("a/b") greet = 5;
      }
      return Wrong;
    },
    "@StatefulFunction",
  ],
];
for (const [what, evaluate, name] of misplaced) {
  test(`${what} is DECORATOR_MISPLACED`, () => {
    throwsCode(evaluate, "DECORATOR_MISPLACED", name);
  });
}
