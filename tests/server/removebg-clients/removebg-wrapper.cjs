// What the README of the npm package `removebg-wrapper` shows. It writes output.png. Usage: … <path>
require('removebg-wrapper').rbFromImageFile(process.argv[2], 'any key');
