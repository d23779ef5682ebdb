// Loads the plugin as OpenCode does, and tells on stdout, a line of JSON each, what it does:
// {"config": …} when OpenCode's settings are ready, {"toast": …} for each that is shown, and
// {"fetched": …} for each address on a line of its input, as OpenCode asks it. It ends with that.
//
//     node drive.mjs PLUGIN.mjs '{"provider": …}'

import { createInterface } from "node:readline"

const [path, settings] = process.argv.slice(2)
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`)

const client = {
  tui: {
    showToast: async ({ body }) => {
      say({ toast: body })
      throw new Error("nobody shows it")
    },
  },
}
const exported = Object.values(await import(path))
const [hooks] = await Promise.all(exported.map((each) => each({ client })))
const config = JSON.parse(settings)
await hooks.config(config)
say({ config })
for await (const address of createInterface({ input: process.stdin })) {
  const answer = await config.provider.pollinations.options.fetch(address)
  say({ fetched: await answer.json() })
}
await hooks.dispose()
