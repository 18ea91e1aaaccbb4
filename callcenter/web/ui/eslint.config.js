import js from "@eslint/js";
import intlify from "@intlify/eslint-plugin-vue-i18n";
import { defineConfigWithVueTs, vueTsConfigs } from "@vue/eslint-config-typescript";
import vue from "eslint-plugin-vue";

export default defineConfigWithVueTs(
  { ignores: ["node_modules", ".vite", "src/api/schema.d.ts", "**/*.cjs"] },
  js.configs.recommended,
  vue.configs["flat/recommended"],
  vueTsConfigs.strict,
  {
    plugins: { "@intlify/vue-i18n": intlify },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "vue/no-v-html": "error",
      "vue/block-order": ["error", { order: ["script", "template", "style"] }],
      // how a template is broken into lines is left to whoever reads it
      "vue/html-self-closing": "off",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/attributes-order": "off",
      // a text that people read stands in src/locale/texts.json, in both languages
      "@intlify/vue-i18n/no-raw-text": [
        "error",
        {
          ignorePattern: "^[\\s\\d·:/…%+×()?–-]*$",
          attributes: { "/.+/": ["title", "aria-label", "aria-placeholder", "placeholder", "label", "alt", "description"] },
        },
      ],
    },
  },
);
