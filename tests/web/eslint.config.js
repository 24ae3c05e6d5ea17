import js from "@eslint/js";

export default [
  {
    files: ["**/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off", // tsc knows better
      "no-unused-vars": "off",
      "no-control-regex": "off", // JSON and URLs speak of them
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", 50],
      complexity: ["error", 15],
      "no-restricted-properties": [
        "error",
        ...[
          "innerHTML",
          "outerHTML",
          "insertAdjacentHTML",
          "write",
          "createContextualFragment",
        ].map((property) => ({
          ...(property === "write" ? { object: "document" } : {}),
          property,
          message: "Nothing that a document or a peer says may become markup.",
        })),
      ],
    },
  },
];
