// The OpenCode plugin of the pollinations proxy. `pollinations setup` installs it.
//
// What setup knows stands in INSTALLED, the one line that pollinations.opencode.plugin writes anew
// for the place where it installs this file:
//
//     {"twist": "/absolute/path/of/twist", "home": "/absolute/path/of/POLLINATIONS_HOME"}
//
// Either may be missing: then it is `twist` on PATH, and ~/.pollinations. The environment's
// POLLINATIONS_HOME goes before both. OpenCode calls every exported function, so one is exported.

import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const INSTALLED = {}

const ANSWER = 2000 // milliseconds that a proxy may take to say that it is one
const LISTS = 2500 // and to list its models, which it may have to ask for itself
const START = 10000 // that one may take to start, as long as its process lives
const STALE = 60000 // after which whoever is about to start one has forgotten it
const BEAT = 50 // between two looks at whether it has
const AGAIN = [1000, 30000] // before the notifications are asked for again: at first, at most
const DRAWN = 3000 // until OpenCode's screen shows what it is told to
const SHOWN = { status: 6000, log: 4000 } // for which a notification of each channel is shown

export const Pollinations = async ({ client }) => {
  const gone = new AbortController()
  const show = (one) => {
    const { title, message, kind, channel } = one
    const body = { title, message, variant: kind, duration: SHOWN[channel] ?? SHOWN.log }
    Promise.resolve(client.tui.showToast({ body })).catch(() => {})
  }
  return {
    config: async (config) => {
      if (config.disabled_providers?.includes("pollinations")) return
      try {
        const proxy = await proxyFor(config)
        inject(config, proxy, await got(proxy, "/v1/opencode", LISTS))
        follow(proxy, show, gone.signal).catch(() => {})
      } catch (error) {
        hope(config)
        console.error(`pollinations: ${error.message}`)
        const trouble = { title: "Pollinations", message: error.message, kind: "error" }
        later(DRAWN, gone.signal).then(() => show(trouble), () => {})
      }
    },
    dispose: async () => gone.abort(),
  }
}

// --- Which proxy ---------------------------------------------------------------------------------

// The proxy that OpenCode is to ask: the one its settings name, if that answers or is somebody
// else's to start; else the one that runs here; else one that is started.
async function proxyFor(config) {
  const { baseURL, apiKey } = config.provider?.pollinations?.options ?? {}
  const home = folder()
  if (baseURL && !isLocal(baseURL)) return { url: baseURL, token: apiKey }
  if (baseURL && (await answers(baseURL))) return { url: baseURL, token: tokenOf(home), home }
  return localProxy(home)
}

async function localProxy(home) {
  return { url: (await running(home)) ?? (await started(home)), token: tokenOf(home), home }
}

function folder() {
  const named = process.env.POLLINATIONS_HOME || INSTALLED.home
  return resolve(named ? named.replace(/^~(?=\/|$)/, homedir()) : join(homedir(), ".pollinations"))
}

function isLocal(url) {
  const name = URL.canParse(url) ? new URL(url).hostname : ""
  return name === "localhost" || name === "[::1]" || name.startsWith("127.")
}

function tokenOf(home) {
  return textOf(join(home, "token"))?.trim() || undefined
}

// The address of the proxy that proxy.json speaks of, if its process lives and it answers.
async function running(home) {
  const { url, pid } = parsed(textOf(join(home, "proxy.json"))) ?? {}
  return typeof url === "string" && lives(pid) && (await answers(url)) ? url : null
}

async function answers(url) {
  try {
    const health = await got({ url }, "/health", ANSWER)
    return ["status", "version", "mode", "has_key"].every((name) => name in health)
  } catch {
    return false
  }
}

function lives(pid) {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error.code === "EPERM"
  }
}

async function got({ url, token }, path, patience) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  const asked = { headers, redirect: "error", signal: AbortSignal.timeout(patience) }
  const answer = await fetch(url.replace(/(\/v1)?\/*$/, "") + path, asked)
  if (!answer.ok) throw new Error(`the proxy at ${url} answered ${path} with ${answer.status}`)
  return answer.json()
}

// --- Starting one --------------------------------------------------------------------------------

// Of several OpenCodes that start at once, whoever makes the lock starts the proxy.
async function started(home) {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const lock = join(home, "starting")
  if (!locked(lock)) {
    const why = () => "another OpenCode has started none"
    return awaited(home, () => textOf(lock) !== null, why)
  }
  try {
    // It may have begun to run just before the lock was ours.
    return (await running(home)) ?? (await launched(home))
  } finally {
    rmSync(lock, { force: true })
  }
}

function locked(lock) {
  if (written(lock)) return true
  if (!isStale(lock)) return false
  // Of those who see that, one moves it away.
  const old = `${lock}.${process.pid}`
  try {
    renameSync(lock, old)
    rmSync(old)
  } catch {
    return false
  }
  return written(lock)
}

function isStale(lock) {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  const owner = textOf(lock)
  return Boolean(owner && !lives(Number(owner))) || Date.now() - made > STALE
}

function written(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx", mode: 0o600 })
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    throw error
  }
}

async function launched(home) {
  const said = join(home, "starting.log")
  const errors = openSync(said, "w", 0o600)
  const child = spawn(INSTALLED.twist ?? "twist", ["pollinations", "--port", "0"], {
    cwd: home,
    detached: true,
    env: { ...process.env, POLLINATIONS_HOME: home },
    stdio: ["ignore", "ignore", errors],
  })
  closeSync(errors)
  let ended = ""
  child.on("error", ({ code }) => {
    ended = `${child.spawnfile} cannot be run (${code}); 'pollinations setup' finds it again`
  })
  child.on("exit", (status) => {
    ended ||= lastLine(textOf(said)) || `it ended with status ${status}`
  })
  child.unref()
  return awaited(home, () => !ended, () => ended)
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").at(-1)
}

// The address of a proxy, once one runs, as long as there is hope.
async function awaited(home, may, why) {
  const began = Date.now()
  while (Date.now() - began < START) {
    const possible = may()
    const url = await running(home)
    if (url) return url
    if (!possible) throw new Error(`no proxy: ${why()}`)
    await sleep(BEAT)
  }
  throw new Error(`no proxy: none has started within ${START / 1000} s`)
}

// --- What OpenCode is told -----------------------------------------------------------------------

// What the user wrote stays. Only the way to the proxy is the running one's.
function inject(config, proxy, { provider, small_model, command }) {
  const both = merged(provider.pollinations, config.provider?.pollinations)
  config.provider = { ...config.provider, pollinations: both }
  both.options = { ...both.options, ...wayTo(proxy) }
  // Titles of what is asked of others are none of ours.
  const ours = (config.model ?? "pollinations/").startsWith("pollinations/")
  if (small_model && ours) config.small_model ??= small_model
  config.command = { ...command, ...config.command }
  const enabled = config.enabled_providers
  if (Array.isArray(enabled) && !enabled.includes("pollinations")) enabled.push("pollinations")
}

// Where there is no proxy, what setup has written stays, and a message may still find one.
function hope(config) {
  const options = config.provider?.pollinations?.options
  if (isLocal(options?.baseURL)) options.fetch = faithful({ url: options.baseURL, home: folder() })
}

function wayTo(proxy) {
  const way = { baseURL: proxy.url }
  if (proxy.token && proxy.home) way.apiKey = proxy.token
  if (proxy.home) way.fetch = faithful(proxy)
  return way
}

// What OpenCode sends its requests with. It knows one address for as long as it runs; a proxy that
// has ended meanwhile is found at another one, or started again.
function faithful(proxy) {
  const first = proxy.url
  return async (input, init) => {
    const send = () => fetch(String(input).replace(first, proxy.url), init)
    try {
      return await send()
    } catch (error) {
      if (init?.signal?.aborted || (await answers(proxy.url))) throw error
      Object.assign(proxy, await localProxy(proxy.home))
      return send()
    }
  }
}

function merged(mine, theirs) {
  if (theirs === undefined) return mine
  if (!isObject(mine) || !isObject(theirs)) return theirs
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)])
  return Object.fromEntries([...names].map((name) => [name, merged(mine[name], theirs[name])]))
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

// --- Notifications -------------------------------------------------------------------------------

async function follow(proxy, show, signal) {
  let [last, wait] = [null, AGAIN[0]]
  while (!signal.aborted) {
    try {
      for await (const { id, data } of events(proxy, last, signal)) {
        ;[last, wait] = [id, AGAIN[0]]
        show(data)
      }
    } catch {
      // The proxy has ended, or is about to be another one.
    }
    await later(wait, signal)
    wait = Math.min(2 * wait, AGAIN[1])
    const url = proxy.home && (await running(proxy.home))
    if (url) Object.assign(proxy, { url, token: tokenOf(proxy.home) })
  }
}

async function* events({ url, token }, last, signal) {
  const headers = { Accept: "text/event-stream" }
  if (token) headers.Authorization = `Bearer ${token}`
  if (last) headers["Last-Event-ID"] = last
  const answer = await fetch(url.replace(/\/*$/, "") + "/notifications", { headers, signal })
  if (!answer.ok) throw new Error(String(answer.status))
  const text = new TextDecoder()
  let rest = ""
  for await (const bytes of answer.body) {
    const whole = (rest + text.decode(bytes, { stream: true })).split("\n\n")
    rest = whole.pop()
    yield* whole.map(event).filter((one) => one.data)
  }
}

function event(lines) {
  const field = (name) => lines.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1]
  return { id: field("id"), data: parsed(field("data")) }
}

function later(milliseconds, signal) {
  return sleep(milliseconds, undefined, { signal, ref: false })
}

function textOf(path) {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
