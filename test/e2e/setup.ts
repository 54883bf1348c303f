/** Every answer that a black-box test gets through its service is held against the document. */
import { contractCheck } from "../contract-check.ts";
import { Prism } from "../prism.ts";
import { Service } from "../service.ts";

const check = contractCheck();

// `npm run test:contract`: the same tests once more, with Prism in between.
if (process.env["OPSPAWN_REFEREE"] === "prism") {
  Service.through = (url) => Prism.start(url);
}

Service.look = async (asked, response) => {
  const broken = await check(asked, response);
  if (broken.length > 0) {
    const what = `${asked.method} ${asked.url}: the answer ${broken.join(", and ")}`;
    throw new Error(`The OpenAPI document does not allow this. ${what}.`);
  }
};
