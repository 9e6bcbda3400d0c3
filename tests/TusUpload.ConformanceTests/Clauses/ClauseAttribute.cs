using Xunit.v3;

namespace TusUpload.ConformanceTests.Clauses;

/// <summary>Ties a test to one requirement of tus 1.0.0. The id is stable: it is what docs/conformance.md lists and what the test's name begins with.</summary>
/// <param name="id">Lower case, part and number: <c>core-head-2</c>.</param>
/// <param name="level">MUST, SHOULD or MAY; a MAY of the client is something that the server has to take.</param>
/// <param name="requirement">One sentence in our words.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClauseAttribute(string id, string level, string requirement) : Attribute, ITraitAttribute
{
    public string Id => id;

    public string Level => level;

    public string Requirement => requirement;

    /// <summary>Where this server does otherwise on purpose, and why. The test then holds what it does.</summary>
    public string? Otherwise { get; set; }

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("clause", id), new("level", level)];
}
