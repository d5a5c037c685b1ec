// What the README of the npm package `remove.bg` shows. Usage: remove-bg.cjs <call> <its options as JSON>
const client = require('remove.bg');

const [call, options] = process.argv.slice(2);
client[call](JSON.parse(options)).then(
  (result) => console.log(JSON.stringify({ result })),
  (errors) => console.log(JSON.stringify({ errors })),
);
