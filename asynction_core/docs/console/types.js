/**
 * What docs/console.json holds, as asynction_core/docs/model.py writes it.
 *
 * @typedef {object} Rule How many arguments there are, and the schema of them.
 * @property {number} least
 * @property {number | null} most
 * @property {boolean} spread Whether the schema is of the list, rather than of the only argument.
 * @property {string} schema A JSON pointer into the bundled document.
 * @property {string} dialect
 * @property {boolean} binary
 *
 * @typedef {Record<string, string[]>} Requirement Names of schemes, all required, and their scopes.
 *
 * @typedef {object} ApiEvent
 * @property {string} name
 * @property {string} summary
 * @property {Rule | null} arguments
 * @property {Rule[] | null} acks Any of which may hold; null where the document does not say.
 * @property {Requirement[]} security
 * @property {unknown[][]} [examples] Of an event that the server receives.
 * @property {unknown[] | null} [answer] Of an event that the server emits.
 *
 * @typedef {object} DeclaredName
 * @property {string} name
 * @property {string[]} types
 * @property {string[]} items
 * @property {boolean} required
 *
 * @typedef {object} Values What the query, or the headers, of a handshake must be.
 * @property {string} schema
 * @property {string} dialect
 * @property {DeclaredName[]} names
 * @property {string[]} others
 *
 * @typedef {object} Carrier Where a handshake may carry a credential.
 * @property {"auth" | "header" | "query" | "cookie" | "tls"} in
 * @property {string | null} name
 * @property {"Basic" | "Bearer"} [scheme]
 *
 * @typedef {object} Credential What a reader has to give, once for all schemes that read it.
 * @property {{name: string, type: string, format: string | null}[]} schemes
 * @property {string[]} fields
 * @property {Carrier[]} carriers
 *
 * @typedef {object} ApiNamespace
 * @property {string} name
 * @property {string | null} method
 * @property {Values | null} query
 * @property {Values | null} headers
 * @property {Requirement[]} security
 * @property {Credential[]} credentials
 * @property {ApiEvent[]} received
 * @property {ApiEvent[]} emitted
 *
 * @typedef {object} Model
 * @property {string} title
 * @property {string} version
 * @property {string | null} server
 * @property {string} path
 * @property {ApiNamespace[]} namespaces
 */

export {};
