using System.Xml.Linq;

namespace TusUpload.UnitTests.Architecture;

/// <summary>One line of projects, arrows one way.</summary>
public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["TusUpload.Protocol"] = [],
        ["TusUpload.Data"] = [],
        ["TusUpload.Uploads"] = ["TusUpload.Data", "TusUpload.Protocol"],
        ["TusUpload.Pipeline"] = ["TusUpload.Uploads"],
        ["TusUpload.Server"] = ["TusUpload.Pipeline"],
        ["TusUpload.Client"] = [],
    };

    [Fact]
    public void Every_project_references_what_the_design_says_and_nothing_else()
    {
        foreach (var project in Directory.EnumerateFiles(Repository.Source, "*.csproj", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var referenced = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
                .Order(StringComparer.Ordinal);

            Assert.True(Allowed.ContainsKey(name), $"{name} is in no table of arrows.");
            Assert.Equal(Allowed[name], referenced);
        }
    }

    [Fact]
    public void Only_the_room_of_jobs_knows_Hangfire()
    {
        var strangers = Repository.CodeBelow(Repository.Source)
            .Where(file => File.ReadLines(file).Any(line => line.StartsWith("using Hangfire", StringComparison.Ordinal)))
            .Select(Repository.PartsOf)
            .Where(parts => parts is not ["src", "TusUpload.Pipeline", "Jobs", ..] and not ["src", "TusUpload.Pipeline", "PipelineServiceCollectionExtensions.cs"])
            .Select(parts => string.Join('/', parts));

        Assert.Empty(strangers);
    }
}
