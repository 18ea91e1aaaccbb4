import "./widgets";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./style.css";

import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "./App.vue";
import { i18n, language } from "./locale";
import { router } from "./router";
import { beginTheme } from "./words/theme";

beginTheme();
document.documentElement.lang = language();
createApp(App).use(createPinia()).use(i18n).use(router).mount("#app");
