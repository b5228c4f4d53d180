"use strict";

// Both of the page's addresses, / and /graphql, are beside the endpoint, also behind a proxy's prefix.
const endpoint = new URL("graphql", window.location.href);
endpoint.search = endpoint.hash = "";
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({
  url: endpoint.href,
  wsClient: graphqlWs.createClient({ url: socket.href }),
});

// A link such as /graphql?query={__typename} opens the query; nothing runs before somebody says so.
const query = new URLSearchParams(window.location.search).get("query") ?? undefined;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, query }),
);
