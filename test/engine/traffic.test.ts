// Who sends which messages to whom.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mostEdges, Sender, Traffic } from "../../src/engine/traffic.js";
import { Address } from "../../src/model/address.js";
import { clientName, clientNamespace } from "../../src/model/client-address.js";

const counts = (traffic: Traffic) =>
  traffic
    .all()
    .map(({ from, kind, namespace, name, typename, messages, lastAt }) =>
      [from, kind, `${namespace}/${name}`, typename, messages, lastAt].join(" "),
    );

test("each sender, receiver and type has a count of its own", () => {
  const traffic = new Traffic();
  const sender = new Sender(traffic, "shop/cart");
  const stock = new Address("shop", "stock", "1");
  sender.sends(stock, "take", 1);
  sender.sends(new Address("shop", "stock", "2"), "take", 2);
  sender.sends(stock, "give", 3);
  sender.sends(new Address("shop2", "stock", "1"), "take", 4);
  sender.sends(stock, "take", 5);
  sender.sendsRecord("shop", "stock", "take", 6);
  sender.sends(new Address(clientNamespace, clientName, "1"), "take", 7);
  traffic.outside.sends(stock, "take", 8);
  assert.deepEqual(counts(traffic), [
    "shop/cart function shop/stock take 3 5",
    "shop/cart function shop/stock give 1 3",
    "shop/cart function shop2/stock take 1 4",
    "shop/cart egress shop/stock take 1 6",
    "shop/cart outside / take 1 7",
    " function shop/stock take 1 8",
  ]);
});

test("a function that was forgotten and is found again goes on with its counts", () => {
  const traffic = new Traffic();
  for (let time = 1; time <= 2; time++) {
    new Sender(traffic, "shop/cart").sends(new Address("shop", "stock", "1"), "take", time);
  }
  assert.deepEqual(counts(traffic), ["shop/cart function shop/stock take 2 2"]);
});

test("beyond the bound, messages are counted together, and the edges that are there go on", () => {
  const traffic = new Traffic();
  const target = new Address("shop", "stock", "1");
  for (let index = 0; index < mostEdges + 5; index++) traffic.outside.sends(target, `type ${index}`, index);
  new Sender(traffic, "shop/late").sends(target, "take", 5_000);
  traffic.outside.sends(target, "type 0", 6_000);
  assert.equal(traffic.all().length, mostEdges);
  assert.deepEqual(traffic.others, { messages: 6, lastAt: 5_000 });
  assert.deepEqual([traffic.all()[0]?.messages, traffic.all()[0]?.lastAt], [2, 6_000]);
});
