/** Return a query parameter of an address, "" without one. A filter: {{address | getQueryParam("code")}}. */
function getQueryParam(url, param) {
  const pair = url.split(/[?#&]/).find((part) => part.startsWith(param + "="));
  return pair ? decodeURIComponent(pair.slice(param.length + 1)) : "";
}

module.exports = [getQueryParam];
