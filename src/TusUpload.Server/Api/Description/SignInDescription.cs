using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TusUpload.Server.Api.Description;

/// <summary>What the API is, and what is brought to sign in.</summary>
internal sealed class SignInDescription : IOpenApiDocumentTransformer
{
    public const string Scheme = "bearer";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "TusUpload";
        document.Info.Description = "Uploads, files, batches, usage and events. Bytes are uploaded with tus 1.0.0 at the tus address. "
            + "Refusals are problem documents (RFC 9457) with a code; members of a body that are not known are ignored.";
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A token of the sign-in, an API key (tk_...) or a token of a share link. In development mode none is needed.",
        };
        return Task.CompletedTask;
    }
}
