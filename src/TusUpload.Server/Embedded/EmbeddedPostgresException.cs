namespace TusUpload.Server.Embedded;

/// <summary>The database or the data folder cannot be had. The message is complete: it is all that a person at the console needs.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
