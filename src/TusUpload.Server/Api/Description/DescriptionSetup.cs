using Microsoft.AspNetCore.OpenApi;

namespace TusUpload.Server.Api.Description;

/// <summary>The API's description of itself. What holds for all of it is said here, by the same metadata that makes it hold.</summary>
internal static class DescriptionSetup
{
    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        // The body of each verb is a Body of its own.
        options.CreateSchemaReferenceId = schema =>
            !GivenJson.IsGiven(schema.Type) && OpenApiOptions.CreateDefaultSchemaReferenceId(schema) is { } name ? schema.Type.DeclaringType?.Name + name : null;
        options.AddSchemaTransformer(GivenJson.DescribeAsync);
        options.AddDocumentTransformer<SignInDescription>();
        options.AddOperationTransformer<CommonDescription>();
        options.AddSchemaTransformer<Examples>();
    });
}
