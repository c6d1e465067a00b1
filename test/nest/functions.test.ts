// Functions among the providers of a Nest application: their instances, and their scopes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Inject, Injectable, Module, Optional, Scope } from "@nestjs/common";
import { REQUEST } from "@nestjs/core";
import { Handles, State, StatefulFunction, Types } from "../../src/index.js";
import { StatefunRuntime } from "../../src/runtime/entry.js";
import { rejectsCode } from "../support/expect-code.ts";
import { Greeter, Greetings, Plain, start } from "./world.ts";

describe("a function among the providers", () => {
  test("is called by the injected runtime, and gets its own providers", async () => {
    class Service {
      readonly runtime: StatefunRuntime;
      constructor(runtime: StatefunRuntime) {
        this.runtime = runtime;
      }
      greet(name: string) {
        return this.runtime.ref(Greeter, name).greet(name);
      }
    }
    Inject(StatefunRuntime)(Service, undefined, 0);
    const { app } = await start({ providers: [Greeter, Greetings, Service] });
    assert.equal(await app.get(Service).greet("Ada"), "Hello Ada, number 1");
    assert.equal(await app.get(Service).greet("Ada"), "Hello Ada, number 2");
  });

  test("may stand in any module, and takes what only its module provides", async () => {
    class Feature {}
    Module({ providers: [Greeter, Greetings] })(Feature);
    const { runtime } = await start({ imports: [Feature] });
    assert.equal(await runtime.ref(Greeter, "Bob").greet("Bob"), "Hello Bob, number 1");
  });

  test("may take nothing", async () => {
    const { runtime } = await start({ providers: [Plain] });
    assert.equal(await runtime.ref(Plain, "Bob").greet("Bob"), 1);
  });

  test("has an instance for each batch, and shares its singletons", async () => {
    const { runtime } = await start({ providers: [Greeter, Greetings] });
    const before = Greeter.made;
    const numbers = new Set<unknown>();
    for (const id of ["a", "b", "c"]) numbers.add(await runtime.ref(Greeter, id).which(0));
    assert.equal(Greeter.made - before, 3);
    assert.equal(numbers.size, 1);
  });

  test("gets transient providers anew for each batch", async () => {
    class Fresh extends Greetings {}
    Injectable({ scope: Scope.TRANSIENT })(Fresh);
    const { runtime } = await start({ providers: [Greeter, { provide: Greetings, useClass: Fresh }] });
    const first = await runtime.ref(Greeter, "a").which(0);
    assert.notEqual(await runtime.ref(Greeter, "a").which(0), first);
    assert.equal(await runtime.ref(Greeter, "a").greet("a"), "Hello a, number 1");
  });

  test("may be transient itself", async () => {
    @StatefulFunction("nest/transient")
    class Transient {
      readonly greetings: Greetings;
      constructor(greetings: Greetings) {
        this.greetings = greetings;
      }
      @Handles(Types.string)
      greet(name: string) {
        return this.greetings.hello(name);
      }
    }
    Inject(Greetings)(Transient, undefined, 0);
    Injectable({ scope: Scope.TRANSIENT })(Transient);
    const { runtime } = await start({ providers: [Transient, Greetings] });
    assert.equal(await runtime.ref(Transient, "a").greet("Ada"), "Hello Ada");
  });

  test("gets its properties injected", async () => {
    @StatefulFunction("nest/by-property")
    class ByProperty {
      declare readonly greetings: Greetings;
      @State("seen", Types.int) seen = 0;
      @Handles(Types.string)
      greet(name: string) {
        this.seen += 1;
        return `${this.greetings.hello(name)}, number ${this.seen}`;
      }
    }
    Inject(Greetings)(ByProperty.prototype, "greetings");
    const { runtime } = await start({ providers: [ByProperty, Greetings] });
    await runtime.ref(ByProperty, "a").greet("Ada");
    assert.equal(await runtime.ref(ByProperty, "a").greet("Ada"), "Hello Ada, number 2");
  });

  test("may take an optional provider that is not there, and inherit its constructor", async () => {
    @StatefulFunction("nest/base")
    class Base {
      readonly greetings: Greetings | undefined;
      constructor(greetings?: Greetings) {
        this.greetings = greetings;
      }
      @Handles(Types.string)
      greet(name: string) {
        return this.greetings?.hello(name) ?? "nobody";
      }
    }
    Inject(Greetings)(Base, undefined, 0);
    Optional()(Base, undefined as never, 0);
    @StatefulFunction("nest/derived")
    class Derived extends Base {}
    const without = await start({ providers: [Derived] });
    assert.equal(await without.runtime.ref(Derived, "a").greet("Ada"), "nobody");
    const withOne = await start({ providers: [Derived, Greetings] });
    assert.equal(await withOne.runtime.ref(Derived, "a").greet("Ada"), "Hello Ada");
  });

  test("that is request-scoped is refused by its name", async () => {
    @StatefulFunction("nest/request")
    class PerRequest {
      @Handles(Types.string)
      greet(name: string) {
        return name;
      }
    }
    Injectable({ scope: Scope.REQUEST })(PerRequest);
    await rejectsCode(start({ providers: [PerRequest] }), "OPTION_INVALID", "PerRequest", "request-scoped");
  });

  for (const scope of [Scope.DEFAULT, Scope.TRANSIENT]) {
    test(`that takes a request-scoped provider is refused with both names (${Scope[scope]})`, async () => {
      class Tenant {
        readonly request: unknown;
        constructor(request: unknown) {
          this.request = request;
        }
      }
      Inject(REQUEST)(Tenant, undefined, 0);
      Injectable({ scope: Scope.REQUEST })(Tenant);
      class Between {
        readonly tenant: Tenant;
        constructor(tenant: Tenant) {
          this.tenant = tenant;
        }
      }
      Inject(Tenant)(Between, undefined, 0);
      @StatefulFunction("nest/tenanted")
      class Tenanted {
        readonly between: Between;
        constructor(between: Between) {
          this.between = between;
        }
        @Handles(Types.string)
        greet(name: string) {
          return name;
        }
      }
      Inject(Between)(Tenanted, undefined, 0);
      Injectable({ scope })(Tenanted);
      await rejectsCode(start({ providers: [Tenanted, Tenant, Between] }), "OPTION_INVALID", "Tenanted", "Tenant,");
    });
  }

  test("whose provider is missing fails the start with its name", async () => {
    await assert.rejects(start({ providers: [Greeter] }), /Greeter/);
  });

  test("of two modules is refused with the names of both", async () => {
    class Devices {}
    class Fleet {}
    for (const module of [Devices, Fleet]) Module({ providers: [Greeter, Greetings] })(module);
    await rejectsCode(start({ imports: [Devices, Fleet] }), "FUNCTION_DUPLICATE", "Greeter", "Devices", "Fleet");
  });

  test("that can't be bound fails the start with its code", async () => {
    @StatefulFunction("nest/nothing")
    class Nothing {}
    await rejectsCode(start({ providers: [Nothing] }), "HANDLER_MISSING");
  });
});
