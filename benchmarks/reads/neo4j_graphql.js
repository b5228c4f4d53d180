// The peer @neo4j/graphql behind graphql-yoga, as their documentations put them together: node neo4j_graphql.js PORT
import { createServer } from 'node:http';

import { Neo4jGraphQL } from '@neo4j/graphql';
import { createYoga } from 'graphql-yoga';
import neo4j from 'neo4j-driver';

// Identifiers by the direct edge: the gateway's way, over the records, would need a statement of one's own here.
const typeDefs = /* GraphQL */ `
  type Individual @node {
    id: ID!
    displayName: String!
    firstName: String
    lastName: String
    createdAt: String!
    sourceRecords: [SourceRecord!]! @relationship(type: "UNIFIED", direction: IN)
    identifiers: [Identifier!]! @relationship(type: "BELONGS_TO", direction: IN)
    insights: [InsightValue!]! @relationship(type: "OF", direction: IN)
  }
  type SourceRecord @node {
    id: ID!
    source: String!
    recordId: String!
    modifiedAt: String!
  }
  type Identifier @node {
    type: String!
    value: String!
  }
  type InsightValue @node {
    name: String!
    unit: String!
    amount: BigInt
  }
`;

const { NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD, NEO4J_DATABASE } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USER, NEO4J_PASSWORD));
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const yoga = createYoga({ schema, context: { sessionConfig: { database: NEO4J_DATABASE } } });
createServer(yoga).listen(Number(process.argv[2]), '127.0.0.1');
