/**
 * Server reflection (grpc.reflection.v1), by which tools find out what a server offers. No library
 * for Connect has it; the descriptors are in the generated code.
 */
import {
  createRegistry,
  toBinary,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type Registry,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import type {
  ServerReflection,
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "../src/grpc/gen/grpc/reflection/v1/reflection_pb.ts";

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

/** Answers what is asked about these services. */
export function reflectionOf(
  services: readonly DescService[],
): ServiceImpl<typeof ServerReflection>["serverReflectionInfo"] {
  const known = services.flatMap(({ file }) => withImports(file));
  const registry = createRegistry(...known);
  return async function* answers(requests) {
    for await (const request of requests) {
      yield {
        validHost: request.host,
        originalRequest: request,
        messageResponse: answerTo(services, known, registry, request.messageRequest),
      };
    }
  };
}

function answerTo(
  services: readonly DescService[],
  known: readonly DescFile[],
  registry: Registry,
  request: ServerReflectionRequest["messageRequest"],
): Answer {
  switch (request.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: services.map(({ typeName }) => ({ name: typeName })) },
      };
    case "fileByFilename":
      return files(known.find(({ proto }) => proto.name === request.value));
    case "fileContainingSymbol":
      return files(fileOf(registry, request.value));
    case "fileContainingExtension":
    case "allExtensionNumbersOfType":
      return failure(Code.NotFound, "There are no extensions here.");
    case undefined:
      return failure(Code.InvalidArgument, "Nothing was asked.");
  }
}

/** Where a type, a service or one of its members is declared. */
function fileOf(registry: Registry, symbol: string): DescFile | undefined {
  const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
  return (registry.get(symbol) ?? registry.get(parent))?.file;
}

function files(file: DescFile | undefined): Answer {
  if (file === undefined) {
    return failure(Code.NotFound, "There is no such thing here.");
  }
  const fileDescriptorProto = withImports(file).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

/** A file and all that it needs, itself first. */
function withImports(file: DescFile): DescFile[] {
  return [...new Set([file, ...file.dependencies.flatMap(withImports)])];
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
