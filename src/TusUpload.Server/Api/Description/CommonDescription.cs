using System.Globalization;
using System.Reflection;

using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Description;

/// <summary>What holds for every endpoint of a kind: how it is signed in to, which headers it takes, and the refusals that are nobody's own.</summary>
internal sealed class CommonDescription : IOpenApiOperationTransformer
{
    private const string Problem = "application/problem+json";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var document = context.Document!;
        Refuse(operation, document, 429);
        if (metadata.OfType<Access>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(SignInDescription.Scheme, document)] = [] }];
            Refuse(operation, document, 401, 403);
        }

        if (operation.RequestBody is not null)
        {
            Refuse(operation, document, 400, 413, 415);
        }

        if (metadata.OfType<Creates>().FirstOrDefault() is { } creates)
        {
            Take(operation, IdempotentCreations.Header, creates.KeepsBody
                ? "1 to 255 visible characters. The same request with the same key is answered as the first one was, and not done again."
                : "1 to 255 visible characters. The same request with the same key is not done again; its answer then has no body, which holds a secret.");
            Refuse(operation, document, 409, 422);
        }

        if (operation.Responses?.ContainsKey("304") == true)
        {
            Take(operation, "If-None-Match", "ETags that the caller has; 304 where one of them is that of what there is.");
        }

        if (metadata.OfType<MethodInfo>().Any(TakesVersion))
        {
            Take(operation, "If-Match", "The ETag of what is to be changed; 412 where it has been changed since.");
            Refuse(operation, document, 412);
        }

        return Task.CompletedTask;
    }

    private static bool TakesVersion(MethodInfo handler) => handler.GetParameters().Any(parameter =>
        parameter.ParameterType == typeof(IfMatch)
        || (parameter.IsDefined(typeof(AsParametersAttribute)) && parameter.ParameterType.GetProperties().Any(property => property.PropertyType == typeof(IfMatch))));

    internal static void Take(OpenApiOperation operation, string header, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = header,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }

    private static void Refuse(OpenApiOperation operation, OpenApiDocument document, params ReadOnlySpan<int> statuses)
    {
        operation.Responses ??= [];
        foreach (var status in statuses)
        {
            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problem] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemDetails), document) },
                },
            });
        }
    }
}
