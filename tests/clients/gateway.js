/** The gateway that the suite runs against: the origin in GATEWAY_URL. */
export const origin = process.env.GATEWAY_URL?.replace(/\/$/, '');

if (!origin) {
  throw new Error('Set GATEWAY_URL to a running gateway, or run tests/clients/run.py, which starts one.');
}

export const endpoint = `${origin}/graphql`;
