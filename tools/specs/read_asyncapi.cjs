// node read_asyncapi.cjs FOLDER_OF_THE_PARSER FILE...: reads each file with AsyncAPI's parser, fails for what it complains of.
const fs = require('fs');
const [, , folder, ...files] = process.argv;
const { Parser } = require(folder);

const LEAST_SEVERITY = 1; // 0 error, 1 warning, 2 information, 3 hint

async function main() {
  for (const file of files) {
    const { document, diagnostics } = await new Parser().parse(fs.readFileSync(file, 'utf8'));
    const complaints = diagnostics.filter((one) => one.severity <= LEAST_SEVERITY);
    complaints.forEach((one) => console.log(`${file}: ${one.path.join('.')}: ${one.message}`));
    if (!document || complaints.length) process.exitCode = 1;
  }
}

main();
