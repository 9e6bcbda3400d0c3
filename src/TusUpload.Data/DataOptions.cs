using System.ComponentModel.DataAnnotations;

namespace TusUpload.Data;

/// <summary>Where this server keeps its own files. Section <c>Data</c>.</summary>
public sealed class DataOptions
{
    public const string Section = "Data";

    /// <summary>The folder that holds postgres/, content/ and objects/. One server at a time. Default <c>./data</c>.</summary>
    [Required]
    public string Path { get; init; } = "./data";

    /// <summary>The folder as an absolute path.</summary>
    public string FullPath => System.IO.Path.GetFullPath(Path);
}
