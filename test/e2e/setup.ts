/** Every answer that a black-box test gets through its service is held against the document. */
import { contractCheck } from "../contract-check.ts";
import { Service } from "../service.ts";

const check = contractCheck();

Service.look = async (asked, response) => {
  const broken = await check(asked, response);
  if (broken.length > 0) {
    const what = `${asked.method} ${asked.url}: the answer ${broken.join(", and ")}`;
    throw new Error(`The OpenAPI document does not allow this. ${what}.`);
  }
};
