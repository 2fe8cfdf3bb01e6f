// Every bad input, with what is told of it: the place, what is wrong and the way out. Each is tried in the test of its area, which
// holds besides that the process is unharmed, and that what was delivered last stays as it is.

export const AREAS = {
  sources: 'bad-sources.test.ts',
  files: 'bad-inputs.test.ts',
  starts: 'refused-start.test.ts and bad-inputs.test.ts',
  clusters: 'bad-clusters.test.ts',
  servers: 'bad-clusters.test.ts',
  disks: 'bad-disk.test.ts',
  stores: 'bad-stores.test.ts',
} as const

export interface BadInput {
  readonly input: string
  readonly told: readonly RegExp[]
}

export const BAD_INPUTS: Readonly<Record<keyof typeof AREAS, readonly BadInput[]>> = {
  sources: [
    {
      input: 'a server that cannot be reached',
      told: [/nothing listens there; is the server up\?/u, /-> it is tried again by itself/u],
    },
    {
      input: 'a repository that has no commit',
      told: [/the repository has no commit yet; push one/u],
    },
    {
      input: 'a repository that is not there',
      told: [/there is no such repository \(HTTP 404\)/u, /check the URL and the credentials/u],
    },
    {
      input: 'a branch that is not there',
      told: [/has no branch "?mian"?; its branches are "main"\. Push it, or correct spec\.ref/u],
    },
    {
      input: 'no credentials where they are needed',
      told: [/asks for credentials \(HTTP 401\)/u, /name a Secret with username and password/u],
    },
    {
      input: 'credentials that are wrong',
      told: [/refuses these credentials \(HTTP 401\); check that they are right, not expired/u],
    },
    {
      input: 'credentials that are nowhere',
      told: [/flux-system\/nowhere/u, /tidemark secret set flux-system\/nowhere --cluster test/u],
    },
    {
      input: 'a proxy that is down',
      told: [
        /through the proxy 127\.0\.0\.1:1: the server cannot be reached: nothing listens there/u,
      ],
    },
    {
      input: 'a Secret that is none of a GitHub App',
      told: [/that of a GitHub App \(provider github\): give it githubAppID/u],
    },
    {
      input: 'a commit that nobody signed',
      told: [/has no signature; sign it, by one of the keys in the Secret/u],
    },
    {
      input: 'keys of who may sign that are none',
      told: [/its key (?:username|password) holds no OpenPGP keys/u],
    },
    {
      input: 'a server that sends us to another host',
      told: [/it redirects to http:\/\/localhost:\d+: other host, port or scheme/u],
    },
    {
      input: 'a server that has no end',
      told: [/the server sends more than \d+ bytes; it is cut off/u],
    },
    { input: 'a server that drips', told: [/there was no whole answer in 2 s/u] },
    {
      input: 'a page that is no repository',
      told: [/not a Git server of the smart protocol/u, /check the URL/u],
    },
  ],
  files: [
    { input: 'a path that is not there', told: [/!! {2}render/u, /apps\/ap\b.*/u, /-> mend/u] },
    {
      input: 'a path outside of the repository',
      told: [/!! {2}(?:render|declaration)/u, /etc/u, /outside|escape|leav/iu],
    },
    {
      input: 'YAML that is none',
      told: [/!! {2}render/u, /apps\/app\/settings\.yaml|settings\.yaml/u, /line|:\d/u],
    },
    {
      input: 'a key that is there twice',
      told: [/!! {2}render/u, /settings\.yaml/u, /value/u, /twice|duplicate|already/iu],
    },
    { input: 'a field that kustomize has not', told: [/!! {2}render/u, /base/u, /resorces/u] },
    {
      input: 'a field that Flux has not',
      told: [/!! {2}(?:declaration|render)/u, /prunes/u, /-> mend the object in Git and push/u],
    },
    { input: 'an object without a kind', told: [/!! {2}render/u, /settings\.yaml/u, /kind/u] },
    {
      input: 'two objects with one identity',
      told: [/!! {2}render/u, /settings/u, /twice|already|more than once/iu],
    },
    {
      input: 'a kind that the cluster has not',
      told: [/!! {2}apply/u, /Gizmo/u, /is its definition installed/u],
    },
    {
      input: 'a namespace that is not there',
      told: [/!! {2}apply/u, /ConfigMap\/nowhere\/more/u, /namespaces "nowhere" not found/u],
    },
    {
      input: 'an object that the API server finds invalid',
      told: [
        /!! {2}apply/u,
        /Deployment\S* ?\S*web/u,
        /spec\.replicas/u,
        /mend the object in Git/u,
      ],
    },
    {
      input: 'a field that cannot be changed',
      told: [
        /!! {2}apply/u,
        /web/u,
        /spec\.selector can not be changed once the object is there; change it back/u,
      ],
    },
  ],
  starts: [
    {
      input: 'a second process on one data folder',
      told: [/process(?: \d+)? has it open; stop it first, or use another/u],
    },
    {
      input: 'a context that does not exist',
      told: [/there is no context "nowhere"; there are: "test"/u],
    },
    {
      input: 'a port that is in use',
      told: [/^tidemark: port \d+ is in use; name another with --port/mu],
    },
  ],
  clusters: [
    {
      input: 'a right that is missing (RBAC)',
      told: [
        /cannot apply ConfigMap\/closed\/more/u,
        /User "tidemark" cannot patch resource "configmaps" in API group "" in the namespace "closed"/u,
        /give the rights that are missing/u,
      ],
    },
    {
      input: 'a quota that is used up',
      told: [
        /cannot apply ConfigMap\/full\/more/u,
        /exceeded quota: maps, requested: count\/configmaps=1, used: count\/configmaps=1, limited: count\/configmaps=1/u,
        /raise the quota/u,
      ],
    },
    {
      input: 'an admission webhook that says no',
      told: [
        /cannot apply ConfigMap\/guarded\/more/u,
        /admission webhook "guard\.example\.com" denied the request: maps need an owner/u,
        /mend the object in Git/u,
      ],
    },
    {
      input: 'an admission webhook that cannot be reached',
      told: [
        /ConfigMap\/unguarded\/more/u,
        /failed calling webhook "absent\.example\.com"/u,
        /connection refused/u,
      ],
    },
  ],
  servers: [
    {
      input: 'an API server that is down',
      told: [
        /!! {2}cluster/u,
        /cluster test cannot be reached; what runs there stays/u,
        /-> it is tried again by itself; tidemark cluster check test/u,
      ],
    },
  ],
  disks: [
    {
      input: 'a clock that is off',
      told: [/!! {2}test clock +it differs by (?:59\d|60\d) s from this one/u, /set both by NTP/u],
    },
    {
      input: 'a disk of blobs that is full',
      told: [
        /!! {2}source/u,
        /cannot keep a blob in \S+\/blobs: there is no space left; free some, and it goes on by itself/u,
      ],
    },
    {
      input: 'stored bytes that were changed',
      told: [/!! {2}source/u, /cannot read blob [0-9a-f]{64}: .*restore it from a backup/u],
    },
    {
      input: 'a disk of the ledger that is full',
      told: [
        /cannot reach the ledger to \w+: there is no space left in \S*\/ledger; free some, and it goes on by itself/u,
      ],
    },
  ],
  stores: [
    {
      input: 'Postgres that is down at the start',
      told: [
        /^tidemark: cannot reach the ledger to open it on Postgres at \S+: connect ECONNREFUSED/mu,
        /see that it runs, and that the URL is the right one/u,
      ],
    },
    {
      input: 'NATS that is down at the start',
      told: [
        /^tidemark: cannot connect to \S+: the bus does not answer; see that it runs, and that TIDEMARK_NATS_URLS is where/mu,
      ],
    },
    {
      input: 'Postgres that is down in flight',
      told: [/cannot .*(?:ledger|bus).*; nothing is lost: ask again in a moment/u],
    },
    {
      input: 'NATS that is down in flight',
      told: [/cannot .*(?:ledger|bus).*; nothing is lost: ask again in a moment/u],
    },
  ],
}

/** What is told of one input. */
export function badInput(input: string): readonly RegExp[] {
  const found = Object.values(BAD_INPUTS)
    .flat()
    .find((each) => each.input === input)
  if (found === undefined) throw new Error(`bad-table.ts has no row "${input}"`)
  return found.told
}

/** The rows of an area, each with what is needed to try it: all of them, and no other. */
export function badInputs<Trial extends object>(
  area: keyof typeof AREAS,
  trials: Readonly<Record<string, Trial>>,
): readonly (BadInput & Trial)[] {
  const rows = BAD_INPUTS[area]
  const unknown = Object.keys(trials).filter((name) => !rows.some(({ input }) => input === name))
  if (unknown.length > 0) throw new Error(`bad-table.ts has no row ${unknown.join(', ')}`)
  return rows.map((row) => {
    const trial = trials[row.input]
    if (trial === undefined) throw new Error(`${AREAS[area]} does not try "${row.input}"`)
    return Object.assign({}, row, trial)
  })
}
