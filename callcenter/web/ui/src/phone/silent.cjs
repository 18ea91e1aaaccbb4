// Stands in for the package `debug`, which the SIP library logs with: it would write secrets into the console's history.
module.exports = () => () => undefined;
module.exports.default = module.exports;
