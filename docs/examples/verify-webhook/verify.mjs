// Verifies the signatures of a webhook from Mintage. Needs only Node's standard library.
//
// As a program it reads a request from standard input, as the request arrived, and the signing secret from
// WEBHOOK_SECRET:
//
//     WEBHOOK_SECRET=whsec_... node verify.mjs < request.txt

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

// A request that is older than this may be a captured one that is sent again.
const TOLERANCE_SECONDS = 300;

// The request is not from Mintage, or it is too old.
export class Refused extends Error {}

function checkTime(timestamp, now) {
  if (!/^[0-9]+$/.test(timestamp)) {
    throw new Refused("the timestamp is not a number");
  }
  if (Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new Refused("the timestamp is too far from the time of this machine");
  }
}

// While a secret is rotated, a request is signed with the old and the new one: one match is enough.
function checkSignature(expected, candidates) {
  const isEqual = (text) => {
    const [left, right] = [Buffer.from(expected), Buffer.from(text)];
    // timingSafeEqual takes only texts of one length, and the right length is no secret.
    return left.length === right.length && timingSafeEqual(left, right);
  };
  if (!candidates.some(isEqual)) {
    throw new Refused("no signature matches");
  }
}

// Splits `name<by>value` at the first separator.
function pair(text, by) {
  const at = text.indexOf(by);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function valuesOf(fields, name) {
  return fields.filter(([it]) => it === name).map(([, value]) => value);
}

// X-Keylight-Signature: t=<seconds>,v1=<hex>[,v1=<hex>...]; the key is the whole text of the secret.
export function verifyKeylight(secret, headers, body, now) {
  const fields = headers["x-keylight-signature"].split(",").map((it) => pair(it.trim(), "="));
  const timestamp = valuesOf(fields, "t")[0] ?? "";
  checkTime(timestamp, now);
  const hmac = createHmac("sha256", secret).update(`${timestamp}.`).update(body);
  checkSignature(hmac.digest("hex"), valuesOf(fields, "v1"));
}

// webhook-signature: v1,<base64>[ v1,<base64>...]; the key is what the base64 after whsec_ encodes.
export function verifyStandardWebhooks(secret, headers, body, now) {
  const { "webhook-id": id = "", "webhook-timestamp": timestamp = "" } = headers;
  checkTime(timestamp, now);
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
  const fields = headers["webhook-signature"].split(" ").map((it) => pair(it, ","));
  checkSignature(hmac.digest("base64"), valuesOf(fields, "v1"));
}

// Verifies the signature of either kind, or both. The names of the headers are in lower case, as Node has
// them, and the body is a Buffer of the bytes that arrived: parse them afterwards.
export function verify(secret, headers, body, now) {
  const checks = [
    ["x-keylight-signature", verifyKeylight],
    ["webhook-signature", verifyStandardWebhooks],
  ].filter(([name]) => name in headers);
  if (checks.length === 0) {
    throw new Refused("the request is not signed");
  }
  for (const [, check] of checks) {
    check(secret, headers, body, now);
  }
}

function main() {
  const request = readFileSync(0);
  const end = request.indexOf("\r\n\r\n");
  const lines = request.subarray(0, end).toString("latin1").split("\r\n").slice(1);
  const headers = Object.fromEntries(
    lines.map((line) => pair(line, ":")).map(([name, value]) => [name.trim().toLowerCase(), value.trim()]),
  );
  const body = request.subarray(end + 4);
  try {
    // WEBHOOK_NOW is for tests.
    const now = Number(process.env.WEBHOOK_NOW ?? Math.floor(Date.now() / 1000));
    verify(process.env.WEBHOOK_SECRET, headers, body, now);
    console.log("accepted");
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    console.error(`refused: ${error.message}`);
    process.exitCode = 1;
  }
}

// Only where this file is the program, not where it is imported.
if (process.argv[1]?.endsWith("verify.mjs")) {
  main();
}
