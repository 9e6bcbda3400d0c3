namespace TusUpload.ConformanceTests.Wire;

/// <summary>What the tests look at in answers.</summary>
internal static class Answers
{
    /// <summary>What the server advertises.</summary>
    public static async Task<string[]> ExtensionsAsync(this HttpClient client)
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(client);
        return answer.Header("Tus-Extension")!.Split(',');
    }

    public static int Status(this HttpResponseMessage answer) => (int)answer.StatusCode;

    /// <summary>A header's value, lines joined by a comma; null without it.</summary>
    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}
