using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TusUpload.Server.Api;

/// <summary>A member of a body that changes something: what is not there changes nothing, and null takes away.</summary>
[JsonConverter(typeof(GivenJson))]
internal readonly record struct Given<T>(T? Value)
{
    public bool IsGiven { get; } = true;
}

internal sealed class GivenJson : JsonConverterFactory
{
    public static bool IsGiven(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Given<>);

    /// <summary>In the description of the API it is what it holds, or null.</summary>
    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (IsGiven(context.JsonTypeInfo.Type))
        {
            var held = await context.GetOrCreateSchemaAsync(context.JsonTypeInfo.Type.GetGenericArguments()[0], null, cancellationToken);
            (schema.Type, schema.Format, schema.Items) = (held.Type | JsonSchemaType.Null, held.Format, held.Items);
        }
    }

    public override bool CanConvert(Type typeToConvert) => IsGiven(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<Given<T>>
    {
        public override bool HandleNull => true;

        public override Given<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options));

        public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
