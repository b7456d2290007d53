// An OpenID Connect issuer for the tests: oidc-provider over TLS on loopback, mounted under a path, with a sign-in page.
// One argument: JSON {path, key, cert, client, machine, audience, accounts}. Prints its address when it listens.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const handlers = { request: (_, response) => response.writeHead(503).end() };
const server = createServer({ key: readFileSync(given.key), cert: readFileSync(given.cert) }, (request, response) =>
  handlers.request(request, response),
);

server.listen(0, "127.0.0.1", () => {
  const origin = `https://127.0.0.1:${server.address().port}`;
  const issuer = new Provider(`${origin}${given.path}`, settings());
  issuer.on("server_error", (_, error) => console.error(error));
  const answer = issuer.callback();
  handlers.request = (request, response) => {
    const url = request.url;
    if (!url.startsWith(given.path)) return response.writeHead(404).end();
    if (url.startsWith(`${given.path}/sign-in/`)) return signIn(issuer, request, response);
    request.originalUrl = url;
    request.url = url.slice(given.path.length) || "/";
    return answer(request, response);
  };
  console.log(`${origin}${given.path}`);
});

function settings() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "test", alg: "RS256", use: "sig" };
  return {
    clients: [
      { ...given.client, token_endpoint_auth_method: "client_secret_post" },
      {
        ...given.machine,
        token_endpoint_auth_method: "client_secret_post",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    acrValues: ["low", "substantial", "high"],
    claims: { openid: ["sub", "groups", "roles", "pid", "hasgroups"], acr: null, auth_time: null, profile: ["name"] },
    scopes: ["openid", "profile", "skranke"],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...given.accounts[id] }) }),
    // Whoever signs in has agreed already, as in a municipality's own directory.
    async loadExistingGrant(context) {
      const { provider, client, session, params } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(params.scope);
      await grant.save();
      return grant;
    },
    interactions: { url: (_, interaction) => `${given.path}/sign-in/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        defaultResource: (context) => (context.oidc.client.clientId === given.machine.client_id ? given.audience : undefined),
        getResourceServerInfo: () => ({
          scope: "skranke",
          audience: given.audience,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    ttl: { Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  };
}

async function signIn(issuer, request, response) {
  request.url = request.url.slice(given.path.length);
  request.originalUrl = given.path + request.url;
  const { params } = await issuer.interactionDetails(request, response);
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<!doctype html><title>Directory</title><h1>Directory</h1>
      <form method="post"><label>Account <input name="account" autofocus></label>
      <button>Sign in</button><button name="stop" value="1">Stop</button></form>`);
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  const account = form.get("account");
  const asked = (params.acr_values ?? "").split(" ")[0] || undefined;
  const result = form.get("stop")
    ? { error: "access_denied", error_description: "stopped" }
    : { login: { accountId: account, acr: given.accounts[account]?.signs_in_at ?? asked } };
  await issuer.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
